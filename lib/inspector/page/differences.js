/** What is different between two requests through one stack. */
import { duration, stateOf } from './format.js';

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {import('./wire.d.ts').Step} Step
 *
 * @typedef {object} Row
 * @property {string} about
 * @property {readonly [string, string]} sides
 * @property {boolean} differs
 * @property {readonly [number | undefined, number | undefined] | undefined} times in milliseconds; undefined of what took no part
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {Row[]} rows those that differ first
 */

/** Below this difference, in milliseconds, two times are the same: a machine is no more even. */
const SAME_TIME = 0.1;
const NOTHING = '–';

/**
 * @param {readonly [Request, Request]} pair
 * @param {Outline} outline
 * @returns {Section[]} those with differences first
 */
export function differencesOf(pair, { plan }) {
  const names = plan.map(({ name }, position) => `${position + 1} ${name}`);
  const sections = [
    section('The answer', [
      row(
        'method',
        both(pair, ({ method }) => method),
      ),
      row(
        'path',
        both(pair, ({ path }) => path),
      ),
      row(
        'status',
        both(pair, ({ outcome, status }) => String(status ?? stateOf(outcome))),
      ),
      ...inEither(pair, ({ process }) => (process === undefined ? [] : [['process', process]])),
    ]),
    section('The way through the stack', [
      ...names.map((name, position) =>
        row(
          name,
          both(pair, ({ steps }) => deedsOf(steps[position])),
        ),
      ),
      row(
        'routes',
        both(pair, ({ routes }) => said(BEHIND[routes.outcome], routes)),
      ),
    ]),
    section('Conflicts', inEither(pair, conflictsOf)),
    section(
      'Headers of the answer',
      inEither(pair, ({ headers }) => headers.map((name) => [name, 'set'])),
    ),
    section('Times', [
      timeRow(
        'in all',
        both(pair, ({ duration: total }) => total),
      ),
      ...names.map((name, position) =>
        timeRow(
          name,
          both(pair, ({ steps }) => steps[position]?.duration),
        ),
      ),
      timeRow(
        'routes',
        both(pair, ({ routes }) => routes.duration),
      ),
    ]),
  ].filter(({ rows }) => rows.length > 0);
  return inOrder(sections, ({ rows }) => rows.some(({ differs }) => differs));
}

/** @template T @param {readonly [Request, Request]} pair @param {(request: Request) => T} of @returns {[T, T]} */
const both = ([one, other], of) => [of(one), of(other)];

/** @param {string} title @param {Row[]} rows @returns {Section} */
function section(title, rows) {
  const sorted = [...rows].sort((a, b) => gapOf(b) - gapOf(a));
  return { title, rows: inOrder(sorted, ({ differs }) => differs) };
}

/** @template T @param {T[]} list @param {(one: T) => boolean} isFirst @returns {T[]} */
const inOrder = (list, isFirst) => [...list.filter(isFirst), ...list.filter((one) => !isFirst(one))];

/** @param {string} about @param {[string, string]} sides @returns {Row} */
const row = (about, sides) => ({ about, sides, differs: sides[0] !== sides[1], times: undefined });

/** @param {string} about @param {[number | undefined, number | undefined]} given @returns {Row} */
function timeRow(about, given) {
  const sides = /** @type {[string, string]} */ (
    given.map((time) => (time === undefined ? NOTHING : duration(time)))
  );
  return { about, sides, differs: gapOf({ times: given }) >= SAME_TIME, times: given };
}

/** @param {Pick<Row, 'times'>} row */
const gapOf = ({ times: [one = 0, other = 0] = [0, 0] }) => Math.abs(one - other);

/**
 * A row for each name that one of the two has.
 *
 * @param {readonly [Request, Request]} pair
 * @param {(request: Request) => (readonly [string, string])[]} of
 */
function inEither(pair, of) {
  const [one, other] = both(pair, (request) => new Map(of(request)));
  return [...new Set([...one.keys(), ...other.keys()])].map((name) =>
    row(name, [one.get(name) ?? NOTHING, other.get(name) ?? NOTHING]),
  );
}

/** @param {Request} request @returns {(readonly [string, string])[]} */
function conflictsOf({ conflicts }) {
  return conflicts.map(({ id, kind, key, middlewares, count }) => [
    [id, middlewares[0], key].filter(Boolean).join(' '),
    count === 1 ? kind : `${kind}, ${count} times`,
  ]);
}

/** @type {Record<Step['outcome'], string>} */
const DID = {
  next: 'handed it on',
  error: 'handed on an error',
  route: "called next('route')",
  router: "called next('router')",
  ended: 'answered it',
  running: 'has not handed it on',
  passed: 'not concerned',
  skipped: 'never saw it',
};
/** @type {Record<Request['routes']['outcome'], string>} */
const BEHIND = { reached: 'reached', failed: 'passed over, by an error', unreached: 'not reached' };

/** @param {Step | undefined} step */
function deedsOf(step) {
  if (step === undefined) return NOTHING;
  const { outcome, wayBack } = step;
  const back = Object.entries({
    'before the headers': wayBack?.beforeHeaders,
    'after the response': wayBack?.afterResponse,
  }).flatMap(([when, what]) => (what === undefined ? [] : [`${when}: ${what}`]));
  return [said(DID[outcome], step), ...back].join('; ');
}

/** @param {string} did @param {{ reads: readonly string[], writes: readonly string[] }} keys */
function said(did, { reads, writes }) {
  return [
    did,
    ...(reads.length > 0 ? [`read ${reads.join(', ')}`] : []),
    ...(writes.length > 0 ? [`wrote ${writes.join(', ')}`] : []),
  ].join('; ');
}
