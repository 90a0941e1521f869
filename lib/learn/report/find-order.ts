import type { Add } from './found.ts';
import type { Way } from './way.ts';

const STATIC = /^serve-?static$/i;
const CSRF = /csrf|xsrf|lusca/i;
const RATE_LIMIT = /^(?:x-)?ratelimit/;
const KEEPS_BYTES = /^(?:raw|text)Parser$/;

/** What packages call the middleware of which one is enough. */
const JOBS: ReadonlyMap<string, string> = new Map([
  ['jsonParser', 'parses JSON'],
  ['urlencodedParser', 'parses forms'],
  ['helmetMiddleware', 'sets the headers of Helmet'],
  ['corsMiddleware', 'sets the headers of CORS'],
  ['compression', 'compresses answers'],
  ['cookieParser', 'parses cookies'],
  ['session', 'keeps a session'],
  ['_cookieSession', 'keeps a session'],
  ['logger', 'writes the access log'],
  ['methodOverride', 'overrides the method'],
]);

/** Layers that stand in a wrong order to each other, or do what another has done. */
export function findOrder(ways: readonly Way[], add: Add): void {
  for (const way of ways) {
    findStaticBehind(way, add);
    findRawBehind(way, add);
    findSameJob(way, add);
  }
}

function findStaticBehind(way: Way, add: Add): void {
  const files = way.layers[way.ender ?? -1];
  if (files === undefined || !STATIC.test(files.name)) return;
  for (const index of way.entered) {
    const layer = way.layers[index];
    const what = expenseOf(way, index);
    if (layer === undefined || what === undefined) continue;
    add('L107', {
      about: [files, layer],
      message: `A file of "${files.name}" goes through "${layer.name}" first, which ${what} for it.`,
      hint: `Move "${files.name}" in front of "${layer.name}".`,
      way,
    });
  }
}

function expenseOf(way: Way, index: number): string | undefined {
  if (way.did(index, ['write'], 'req.session')) return 'makes a session';
  if (CSRF.test(way.layers[index]?.name ?? '')) return 'checks for forged requests';
  const limits = way.events.some(
    ({ kind, layer, name = '' }) => kind === 'header' && layer === index && RATE_LIMIT.test(name),
  );
  return limits ? 'counts a request' : undefined;
}

function findRawBehind(way: Way, add: Add): void {
  for (const [at, { kind, layer }] of way.events.entries()) {
    const raw = way.layers[layer];
    if (kind !== 'enter' || raw === undefined || !KEEPS_BYTES.test(raw.name)) continue;
    const parser = way.events
      .slice(0, at)
      .find((event) => event.kind === 'write' && event.name === 'req.body' && event.layer !== layer);
    if (parser === undefined) continue;
    const by = way.layers[parser.layer];
    add('L109', {
      about: [raw, by],
      key: 'req.body',
      message: `"${raw.name}" wants the bytes of the body, but "${by?.name ?? ''}" has parsed them before.`,
      hint: `Register the route with "${raw.name}" in front of "${by?.name ?? ''}".`,
      way,
    });
  }
}

function findSameJob(way: Way, add: Add): void {
  const doers = new Map<string, number>();
  for (const index of way.entered) {
    const layer = way.layers[index];
    const job = JOBS.get(layer?.name ?? '');
    if (layer === undefined || job === undefined) continue;
    const first = doers.get(job);
    if (first === undefined) doers.set(job, index);
    else {
      add('L115', {
        about: [layer, way.layers[first]],
        message: `"${layer.name}" ${job}, which "${way.layers[first]?.name ?? ''}" has done for the same request.`,
        hint: 'Take one of them out, or give each a path of its own.',
        way,
      });
    }
  }
}
