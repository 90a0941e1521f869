/** Whose the time is in a CPU profile of V8, as `--cpu-prof` writes it. */

/** As far as it is read here; see the `Profile` of the DevTools protocol. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that ran at each sample. */
  readonly samples: readonly number[];
  /** The microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** In Node's own code: what it does for each request, whoever has called it. */
const OF_NODE: Readonly<Record<string, string>> = {
  parserOnHeadersComplete: 'Node: reading the request',
  parserOnIncoming: 'Node: reading the request',
  parserOnMessageComplete: 'Node: reading the request',
  _storeHeader: 'Node: writing the headers',
  end: 'Node: sending the answer',
  resOnFinish: 'Node: after the answer',
};

/**
 * The time that passed while it was nobody's turn to wait, by who had asked for it: the innermost package, module of
 * `lib`, or part of Node that serves requests.
 *
 * @param began - the name of a function; what ran before its first call is left out, as a start is.
 * @returns microseconds.
 */
export function timeByOwner({ nodes, samples, timeDeltas }: CpuProfile, began: string): Map<string, number> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const stackOf = (id: number): ProfileNode[] => {
    const stack: ProfileNode[] = [];
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const node = known.get(at);
      if (node !== undefined) stack.push(node);
    }
    return stack;
  };
  const stacks = new Map(nodes.map(({ id }) => [id, stackOf(id)]));
  const first = samples.findIndex((id) =>
    stacks.get(id)?.some(({ callFrame }) => callFrame.functionName === began),
  );
  const owners = new Map([...stacks].map(([id, stack]) => [id, ownerOf(stack)]));
  const times = new Map<string, number>();
  for (let at = Math.max(first, 0); at < samples.length; at++) {
    const owner = owners.get(samples[at] ?? 0);
    if (owner !== undefined) times.set(owner, (times.get(owner) ?? 0) + (timeDeltas[at] ?? 0));
  }
  return times;
}

/** @param stack - the innermost frame first. @returns undefined while nothing was to be done. */
function ownerOf(stack: readonly ProfileNode[]): string | undefined {
  const innermost = stack[0]?.callFrame.functionName;
  if (innermost === '(idle)') return undefined;
  if (innermost === '(garbage collector)') return 'V8: collecting garbage';
  for (const { callFrame } of stack) {
    const { functionName, url } = callFrame;
    const ofNode = url.startsWith('node:_http') ? OF_NODE[functionName] : undefined;
    if (ofNode !== undefined) return ofNode;
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /\/(lib\/.+)\.ts$/.exec(url)?.[1];
    if (name !== undefined) return name.startsWith('lib/compose') ? 'lib/compose' : name;
  }
  return 'Node: sockets, files, timers, promises';
}
