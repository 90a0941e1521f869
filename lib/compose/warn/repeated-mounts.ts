import { type Entry, label } from '../plan/entry.ts';
import { patternOf, type Prefixes } from '../plan/path-prefix.ts';
import { pathOf } from '../run/path-of.ts';
import type { EnteredRequest } from '../run/run.ts';

/** A middleware whose path repeats the path at which its stack is mounted. */
export interface RepeatedMount {
  readonly entry: Entry;
  readonly message: string;
  readonly hint: string;
}

interface EntryWithPath {
  readonly entry: Entry;
  readonly prefixes: Prefixes;
  readonly pattern: RegExp;
}

/** S405: `path: '/api/users'` in a stack that is mounted at `/api`, which Express takes off the path of the request. */
export class RepeatedMounts {
  readonly #entries: readonly EntryWithPath[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries.flatMap((entry) => {
      const { prefixes } = entry;
      return prefixes === undefined ? [] : [{ entry, prefixes, pattern: patternOf(prefixes) }];
    });
  }

  /** The middlewares that do not run on a request, and would if their stack were not mounted where it is. */
  *on(req: EnteredRequest): Generator<RepeatedMount> {
    const mount = (req.baseUrl as string | undefined) ?? '';
    const path = pathOf(req);
    if (mount === '' || path === undefined || isOfParameter(mount, req)) return;
    for (const { entry, prefixes, pattern } of this.#entries) {
      if (pattern.test(path)) continue;
      const repeating = prefixes.find((prefix) => patternOf([prefix]).test(mount + path));
      if (repeating !== undefined) yield repeatedMount(entry, repeating, mount);
    }
  }
}

/** Whether a mount has a parameter, as `/:tenant`: then a tenant may be called what a path is, which repeats nothing. */
function isOfParameter(mount: string, { params }: EnteredRequest): boolean {
  const given = Object.values((params as Partial<EnteredRequest['params']> | undefined) ?? {}).flat();
  return given.length > 0 && mount.split('/').some((segment) => given.includes(decoded(segment)));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function repeatedMount(entry: Entry, repeating: string, mount: string): RepeatedMount {
  const field = entry.middleware.mount === undefined ? 'path' : 'mount';
  const rest = repeating.slice(mount.length);
  const below = rest === '' ? `leave ${field} out` : `${field}: '${rest}'`;
  return {
    entry,
    message: `${label(entry)} has the ${field} '${repeating}' in a stack that is mounted at '${mount}', which is taken off the path: it runs on '${mount}${repeating}' only.`,
    hint: `Write what comes behind the mount path: ${below}.`,
  };
}
