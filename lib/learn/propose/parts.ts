import type { WatchedMember } from './watched-app.ts';

/** Members that stand in a row, of which one stack is made; or one that stays as it is. */
export type Part =
  | { readonly members: readonly WatchedMember[]; readonly stays?: undefined }
  | { readonly members: readonly [WatchedMember]; readonly stays: string };

/**
 * Divides an app. A route, and whatever no stack can stand in for, stays at its place, and a new stack begins behind it.
 * So does one in the next file, as a stack takes the place of lines of one file.
 */
export function partsOf(members: readonly WatchedMember[]): Part[] {
  const parts: Part[] = [];
  let open: WatchedMember[] = [];

  function close(): void {
    const [only, ...others] = open;
    if (only !== undefined && others.length === 0) {
      parts.push({ members: [only], stays: 'it stands alone: there is nothing to put in order' });
    } else if (only !== undefined) parts.push({ members: open });
    open = [];
  }

  for (const member of members) {
    if (open[0] !== undefined && fileOf(open[0]) !== fileOf(member)) close();
    // The first stack has all that can fail in front of its error handlers.
    const stays = whyItStays(member, parts.length === 0);
    if (stays === undefined) open.push(member);
    else {
      close();
      parts.push({ members: [member], stays });
    }
  }
  close();
  return parts;
}

function whyItStays({ kind, mount }: WatchedMember, isFirst: boolean): string | undefined {
  if (kind === 'route') return 'a route';
  if (mount === null) return 'it is mounted on a pattern';
  if (kind === 'error' && !isFirst) return 'a stack gets no errors of what stands in front of it';
  return undefined;
}

function fileOf({ at }: WatchedMember): string {
  return at.replace(/:\d+$/, '');
}
