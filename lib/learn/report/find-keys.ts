import type { TraceEvent } from '../trace.ts';
import type { Add } from './found.ts';
import type { Way } from './way.ts';

/** Names of what takes dangerous parts out of parsed input. */
const SANITIZER = /saniti[sz]|^hpp$|xss/i;
const PARSED = /^req\.(?:body|query|params)$/;

/** Packages look for what others may have done for them, and do it themselves where nobody has. */
const DOES_WITHOUT: ReadonlyMap<string, readonly string[]> = new Map([
  ['session', ['req.cookies', 'req.signedCookies']],
]);

/** Keys that are read before another layer writes them, sanitizers that come too early, and writes to `req.query`. */
export function findKeys(ways: readonly Way[], add: Add): void {
  for (const way of ways) {
    for (const [at, event] of way.events.entries()) {
      if (event.kind === 'absent' && event.back !== true) findEarlyRead(way, at, event, add);
      if (event.kind === 'refused') findRefused(way, event, add);
    }
  }
}

function findEarlyRead(way: Way, at: number, { layer, name }: TraceEvent, add: Add): void {
  if (name === undefined || !/^req\.|^res\.locals\./.test(name)) return;
  const later = way.events
    .slice(at)
    .find(
      ({ kind, back, name: key, layer: by }) =>
        kind === 'write' && key === name && back !== true && by !== layer,
    );
  const [reader, writer] = [way.layers[layer], way.layers[later?.layer ?? -1]];
  if (later === undefined || reader === undefined || writer === undefined) return;
  // Several may fill one key, each where it finds none: body parsers do. An error handler fills what the page needs.
  if (way.did(layer, ['write', 'clear'], name) || writer.kind === 'error') return;
  if (DOES_WITHOUT.get(reader.name)?.includes(name) === true) return;
  const isSanitizer = SANITIZER.test(reader.name) && PARSED.test(name);
  // What a route writes for itself, such as the user who signs in there, is not meant for those in front of all routes.
  // A callback of a parameter writes for its routes.
  if (!isSanitizer && (writer.kind === 'route' || writer.kind === 'param') && reader.kind === 'use') return;
  add(isSanitizer ? 'L105' : 'L102', {
    about: [reader, writer],
    key: name,
    message: isSanitizer
      ? `"${reader.name}" cleans ${name} before "${writer.name}" fills it, so what comes in is never cleaned.`
      : `"${reader.name}" reads ${name} while it is absent; "${writer.name}" writes it later in the same request.`,
    hint: isSanitizer
      ? `Put "${reader.name}" behind "${writer.name}".`
      : `Move "${writer.name}" in front of "${reader.name}".`,
    way,
  });
}

function findRefused(way: Way, { layer }: TraceEvent, add: Add): void {
  const writer = way.layers[layer];
  add('L106', {
    about: [writer],
    key: 'req.query',
    message: `"${writer?.name ?? ''}" writes req.query. Express 5 makes it anew whenever it is read: the write throws, or is lost.`,
    hint: 'Put what it makes under a key of its own, such as req.filters, and read that.',
    way,
  });
}
