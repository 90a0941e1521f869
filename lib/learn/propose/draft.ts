import type { Declaration } from '../../compose/declare/declaration.ts';
import type { Observed } from './observed.ts';
import type { ReadyName } from './ready-for.ts';
import type { WatchedMember } from './watched-app.ts';

/** The lists of a declaration that are proposed one by one. */
export type ListField = 'reads' | 'writes' | 'updates' | 'headers' | 'ends' | 'fails' | 'after' | 'before';

/** A declaration while it is put together. */
export interface Draft {
  readonly member: WatchedMember;
  readonly observed: Observed;
  readonly ready: ReadyName | undefined;
  /** What the function takes the middleware as, such as `attachUser`. */
  readonly parameter: string;
  /** Unique in its stack. */
  readonly name: string;
  readonly lists: Record<ListField, (string | number)[]>;
  /** What was seen, but would change the order, as sentences. */
  readonly notes: string[];
}

/** A draft as `wrap` takes it. Empty lists are left out. */
export function declarationOf({ name, member, lists }: Draft): Declaration {
  const { mount } = member;
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
  const isMounted = mount !== null && !mount.includes('/');
  return {
    name,
    ...(isMounted && { mount: mount.length === 1 ? mount[0] : mount }),
    ...(Object.fromEntries(filled) as Partial<Declaration>),
  };
}
