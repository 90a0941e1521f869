/** Request targets as attackers and odd clients send them, on and beside the paths of {@link PATHS}. */
import fc from 'fast-check';

/** What middleware stands on, by name: paths as users write them. */
export const PATHS: Readonly<Record<string, string | readonly string[]>> = {
  api: '/api',
  'upper case': '/API/V1',
  'trailing slash': '/files/',
  several: ['/admin', '/Internal/'],
  deep: '/admin/danger',
  dot: '/v1.0',
  escaped: '/a%20b',
  accent: '/\u00e9t\u00e9',
  'double slash': '/api//v1',
  twice: '/api/api',
};

/** What may stand in front of a path: nothing, or an absolute URL with its odd forms. */
const FRONTS = [
  '',
  '/',
  '/app',
  '/app/',
  '/APP\\',
  'http://h',
  'HTTP://H',
  'http://h:80',
  'http://u:p@h',
  'http://u@/@h',
  'http://h/app',
  'http://h?',
  'http://',
  'http:///',
  'http:\\\\h',
  'https://h\\',
  'http://h#',
  'http://[::1]',
  'http://[',
  'ws://h',
  'foo://h',
  'javascript://h',
  'h:80',
  '/http://h',
  '\\',
  '?',
  '#',
];

const ON_PATHS = [
  '/api',
  '/api/api',
  '/API',
  '\\api',
  '/api/v1',
  '/api\\v1',
  '/api//v1',
  '/Files',
  '/files/',
  '/admin',
  '/internal',
  '/admin/danger',
  '/admin\\danger',
  '/v1.0',
  '/v1x0',
  '/a%20b',
  '/a b',
  '/\u00e9t\u00e9',
  '/%61pi',
  '/apiary',
  '//api',
  '/./api',
  '/x/../api',
  '*',
];

const TAILS = [
  '',
  '/',
  '//',
  '\\',
  '#',
  '#x',
  '/#',
  '\\x#',
  '?',
  '?x=/admin',
  '??',
  '?#',
  '#?',
  ';x=1',
  '/;',
  '%2f',
  '%2Fv1',
  '%5cx',
  '%',
  '.',
  '/..',
  '/../admin',
  '\t',
  ' ',
  '\u00a0',
  '\u00e9',
  '*',
  '@h/x',
  ':80',
  '//h/api',
  '/app',
  '\u0000',
];

/** Every path with every tail, and behind the odd fronts with tails that take turns, which is enough. */
export const FIXED_TARGETS: readonly string[] = [
  ...ON_PATHS.flatMap((path) => TAILS.map((tail) => path + tail)),
  ...FRONTS.flatMap((front, first) =>
    ON_PATHS.flatMap((path, second) =>
      [0, 11, 22].map((step) => front + path + TAILS[(first + 7 * second + step) % TAILS.length]!),
    ),
  ),
];

const PIECES = [
  ...FRONTS,
  ...ON_PATHS,
  ...TAILS,
  ...[
    '/',
    '/',
    'a',
    'api',
    'v1',
    '"',
    '<',
    '>',
    '`',
    '{',
    '}',
    '|',
    '^',
    "'",
    '&',
    '=',
    '$',
    '~',
    '!',
    '[',
    ']',
  ],
];

/** Most of them begin as a target that a server lets through. */
export const anyTarget: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('/', '/', '/', ...ON_PATHS, ...FRONTS),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 5, size: 'max' }),
  )
  .map(([start, pieces]) => start + pieces.join(''));
