import type { DeclarationSite } from '../declare/declaration-site.ts';
import type { Middleware } from '../declare/middleware.ts';
import type { Prefixes } from './path-prefix.ts';

/** A middleware in its place in the layers. */
export interface Entry {
  readonly name: string;
  readonly layer: string;
  /** The height of its layer: the lowest is 0. */
  readonly rank: number;
  /** Its place in its layer, counted from 1. */
  readonly ordinal: number;
  readonly middleware: Middleware;
  readonly site: DeclarationSite;
  readonly prefixes: Prefixes | undefined;
  /** Whether it runs on errors only. */
  readonly handlesErrors: boolean;
  /** The entry of a lower layer that it replaces. */
  overridden?: Entry;
}

/** An entry as messages name it: `cors (oss)`. */
export function label({ name, layer }: Entry): string {
  return `${name} (${layer})`;
}

/** An entry, the entry that it replaces, the entry which that one replaces, and so on. */
export function* overrideChain(entry: Entry): Generator<Entry> {
  for (let one: Entry | undefined = entry; one !== undefined; one = one.overridden) yield one;
}
