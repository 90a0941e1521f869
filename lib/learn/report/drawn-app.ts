import type { Finding, LearnReport } from './finding.ts';
import type { ObservedApp, ObservedHandler } from './observed-app.ts';

/** A handler as the picture of the inspector takes its middlewares. */
export interface DrawnHandler {
  readonly name: string;
  readonly layer: string;
  readonly path: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly updates: readonly string[];
  readonly readsAfter: readonly string[];
  /** All that was seen of it. The lists above have only the keys that several handlers touch. */
  readonly seen: ObservedHandler;
  /** The findings that name it, by their places in the report. */
  readonly findings: readonly number[];
}

/** An app as the picture of the inspector takes a stack. */
export interface DrawnApp {
  readonly layers: readonly string[];
  readonly plan: readonly DrawnHandler[];
  readonly replaced: readonly never[];
  readonly groups: readonly never[];
  readonly given: readonly never[];
  readonly routeReads: readonly never[];
}

/** The columns, from the outermost inwards. */
const LANES = ['app', 'routers', 'routes'];

/** Puts the handlers of an app into the columns of the picture, with the findings that name them. */
export function drawnApp({ handlers }: ObservedApp, { findings }: LearnReport): DrawnApp {
  const shared = sharedKeys(handlers, findings);
  const isShared = (key: string) => shared.has(key);
  const plan = handlers.map((handler): DrawnHandler => {
    const { name, at, reads, writes, changes, readsAfter } = handler;
    const isTold = ({ places }: Finding) => places.some((place) => place.name === name && place.at === at);
    return {
      name,
      layer: laneOf(handler),
      path: pathOf(handler),
      reads: reads.filter(isShared),
      writes: writes.filter(isShared),
      updates: changes.filter(isShared),
      readsAfter: readsAfter.filter(isShared),
      seen: handler,
      findings: findings.flatMap((finding, index) => (isTold(finding) ? [index] : [])),
    };
  });
  const layers = LANES.filter((lane) => plan.some(({ layer }) => layer === lane));
  return { layers, plan, replaced: [], groups: [], given: [], routeReads: [] };
}

function laneOf({ kind, method, routers }: ObservedHandler): string {
  if (kind === 'route' || method !== undefined) return 'routes';
  return routers.length > 1 ? 'routers' : 'app';
}

/** Routes have theirs in their names, and the root says nothing. */
function pathOf(handler: ObservedHandler): readonly string[] {
  const { path } = handler;
  return path === null || path === '/' || laneOf(handler) === 'routes' ? [] : [path];
}

/** Who writes, and somebody else who touches it, make a key worth a wire; and so does a finding. */
function sharedKeys(handlers: readonly ObservedHandler[], findings: readonly Finding[]): Set<string> {
  const told = new Set(findings.map(({ key }) => key));
  const touching = new Map<string, Set<ObservedHandler>>();
  const written = new Set<string>();
  for (const handler of handlers) {
    const { reads, writes, changes, readsAfter } = handler;
    for (const key of [...writes, ...changes]) written.add(key);
    for (const key of [...reads, ...writes, ...changes, ...readsAfter])
      touching.set(key, (touching.get(key) ?? new Set()).add(handler));
  }
  return new Set(
    [...touching].flatMap(([key, who]) => (told.has(key) || (written.has(key) && who.size > 1) ? [key] : [])),
  );
}
