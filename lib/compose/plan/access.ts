import type { Entry } from './entry.ts';

/** Which entries write and read each state key, and which set each header, in order of declaration. */
export interface Access {
  readonly writers: ReadonlyMap<string, readonly Entry[]>;
  readonly readers: ReadonlyMap<string, readonly Entry[]>;
  /** By the header's name in lower case. */
  readonly setters: ReadonlyMap<string, readonly Entry[]>;
}

/** Collects what the declarations say about keys and headers. */
export function readAccess(entries: readonly Entry[]): Access {
  const writers = new Map<string, Entry[]>();
  const readers = new Map<string, Entry[]>();
  const setters = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { reads, writes, headers } = entry.middleware;
    for (const key of new Set<string>(writes)) put(writers, key, entry);
    for (const key of new Set<string>(reads)) put(readers, key, entry);
    for (const header of new Set(headers?.map((name) => name.toLowerCase()))) put(setters, header, entry);
  }
  return { writers, readers, setters };
}

function put(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}
