/**
 * The walls of the house, as the tables of CONTRIBUTING.md have them ("How the house is laid out"): what each place may
 * import of the others. test/architecture.test.ts holds the two against each other.
 */
const COMPOSE = '^lib/compose\\.ts$';
const LOOPBACK = '^lib/loopback\\.ts$';
const TIME_LIMIT = '^lib/time-limit\\.ts$';
const APP = '^lib/app\\.ts$';
const SHIPPED_FILES = '^lib/shipped-files\\.ts$';
const OSS = '^lib/oss/';
const ENTERPRISE = '^lib/enterprise/';
const INSPECTOR = '^lib/inspector/';
const EXPRESS_MESSAGES = '^lib/express-messages/';
const SERVER = '^lib/server/';
const CLI = '^lib/cli/';
const LEARN = '^lib/learn/';

const DECLARE = '^lib/compose/declare/';
const DIAGNOSE = '^lib/compose/diagnose/';
const PLAN = '^lib/compose/plan/';
const RUN = '^lib/compose/run/';

/** A wall around a place: of the rest of the house it may import what is allowed, and nothing else. */
function wall(name, place, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: place },
    to: { path: '^(lib|examples)/|^server\\.ts$', pathNot: [place, ...allowed] },
  };
}

/** A wall around a room of the engine. */
function room(name, allowed, comment) {
  return wall(`compose-${name}`, `^lib/compose/${name}/`, allowed, comment);
}

module.exports = {
  forbidden: [
    room('declare', [DIAGNOSE], 'What users write knows nothing of what is made of it.'),
    room('diagnose', [], 'What messages are made of knows nothing of what they are about.'),
    room('plan', [DECLARE, DIAGNOSE]),
    room(
      'check',
      [DECLARE, DIAGNOSE, PLAN],
      'The checks, the run and the reports know the plan, not each other.',
    ),
    room(
      'run',
      [DECLARE, DIAGNOSE, PLAN],
      'The checks, the run and the reports know the plan, not each other.',
    ),
    room(
      'report',
      [DECLARE, DIAGNOSE, PLAN],
      'The checks, the run and the reports know the plan, not each other.',
    ),
    room(
      'warn',
      [DECLARE, DIAGNOSE, PLAN, RUN],
      'Development warnings watch the run, which knows nothing of them.',
    ),
    room('routes', [DECLARE, DIAGNOSE], 'Routes are planned apart from the middleware in front of them.'),
    wall('compose-below-the-front-door', '^lib/compose/[^/]+\\.ts$', ['^lib/compose/']),
    wall('compose', COMPOSE, ['^lib/compose/'], 'The engine knows nothing of GitHub, OSS or Enterprise.'),
    wall('loopback', LOOPBACK, []),
    wall('shipped-files', SHIPPED_FILES, []),
    wall('time-limit', TIME_LIMIT, []),
    wall('express-messages', EXPRESS_MESSAGES, []),
    wall('oss', OSS, [COMPOSE, LOOPBACK, SHIPPED_FILES, TIME_LIMIT]),
    wall('enterprise', ENTERPRISE, [COMPOSE, LOOPBACK, OSS, TIME_LIMIT]),
    wall('inspector', INSPECTOR, [COMPOSE, LOOPBACK, SHIPPED_FILES], 'The stack inspector is for any stack.'),
    wall(
      'app',
      APP,
      [COMPOSE, LOOPBACK, OSS, INSPECTOR],
      'Enterprise is reached through OPENHANDS_CONFIG_CLS, or by its own entry point.',
    ),
    wall(
      'learn',
      LEARN,
      [COMPOSE, DECLARE, DIAGNOSE, SHIPPED_FILES, '^lib/inspector/page/'],
      'It watches any Express app, and draws it as the inspector draws a stack.',
    ),
    wall('server', SERVER, [APP, EXPRESS_MESSAGES, SHIPPED_FILES, TIME_LIMIT]),
    wall('entry-point', '^lib/index\\.ts$', [APP, COMPOSE, EXPRESS_MESSAGES, OSS, SERVER]),
    wall('testing', '^lib/testing/', [APP, COMPOSE, OSS, ENTERPRISE]),
    wall('cli', CLI, [APP, COMPOSE, DIAGNOSE, EXPRESS_MESSAGES, LEARN, OSS, ENTERPRISE, SERVER]),
    wall('page', '^lib/page/', [], 'The page knows the server by its HTTP API only.'),
    wall('server-process', '^server\\.ts$', [CLI]),
    wall('examples', '^examples/', [], 'Examples import the package by its name, as users do.'),
    {
      name: 'express-messages-alone',
      comment: "For those who want no more of the package, so Node's own modules only.",
      severity: 'error',
      from: { path: EXPRESS_MESSAGES },
      to: { pathNot: EXPRESS_MESSAGES, dependencyTypesNot: ['core'] },
    },
    {
      name: 'pages-run-in-a-browser',
      comment: 'What a page loads is served from its folder, and finds neither Node nor packages.',
      severity: 'error',
      from: { path: '^(?<folder>lib/(inspector/)?page/).*\\.js$' },
      to: { pathNot: '^$1' },
    },
    {
      name: 'page-of-a-report',
      comment:
        'It is put into one file with the pictures of the inspector, and finds neither Node nor packages.',
      severity: 'error',
      from: { path: '^lib/learn/page/.*\\.js$' },
      to: { pathNot: '^lib/(learn|inspector)/page/' },
    },
    {
      name: 'no-circular',
      comment: 'Circles of types count too: who reads one file of a circle has to read them all.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'runtime-dependencies-only',
      severity: 'error',
      from: { path: '^(lib|server)' },
      // supertest is a peer of those who use the testing kit.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
