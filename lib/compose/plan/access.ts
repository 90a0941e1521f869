import { isOptionalRead, keyOfRead } from '../declare/keys.ts';
import type { Entry } from './entry.ts';

/** Which entries write, update and read each key, and which set each header, in order of declaration. */
export interface Access {
  /** Those that write a key whatever it was. */
  readonly writers: ReadonlyMap<string, readonly Entry[]>;
  /** Those that read a key and rewrite it. */
  readonly updaters: ReadonlyMap<string, readonly Entry[]>;
  /** The writers and the updaters. */
  readonly providers: ReadonlyMap<string, readonly Entry[]>;
  /** Those that read a key, on the way in or on the way back. */
  readonly readers: ReadonlyMap<string, readonly Entry[]>;
  /** Those of the readers that cannot do without the key on the way in. */
  readonly dependents: ReadonlyMap<string, readonly Entry[]>;
  /** By the header's name in lower case. */
  readonly setters: ReadonlyMap<string, readonly Entry[]>;
}

/** Collects what the declarations say about keys and headers. */
export function readAccess(entries: readonly Entry[]): Access {
  const [writers, updaters, providers] = [
    new Map<string, Entry[]>(),
    new Map<string, Entry[]>(),
    new Map<string, Entry[]>(),
  ];
  const [readers, dependents, setters] = [
    new Map<string, Entry[]>(),
    new Map<string, Entry[]>(),
    new Map<string, Entry[]>(),
  ];
  for (const entry of entries) {
    const { reads, writes, updates = [], readsAfter = [], headers } = entry.middleware;
    for (const key of new Set<string>(writes)) put(writers, key, entry);
    for (const key of new Set<string>(updates)) put(updaters, key, entry);
    for (const key of new Set<string>([...writes, ...updates])) put(providers, key, entry);
    for (const key of new Set([...reads.map(keyOfRead), ...readsAfter])) put(readers, key, entry);
    for (const key of new Set(reads.filter((read) => !isOptionalRead(read)))) put(dependents, key, entry);
    for (const header of new Set(headers?.map((name) => name.toLowerCase()))) put(setters, header, entry);
  }
  return { writers, updaters, providers, readers, dependents, setters };
}

function put(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}
