import type { LearnedLayer } from '../trace.ts';
import type { Add } from './found.ts';
import type { Way } from './way.ts';

/** Layers and routes that nothing reached, although requests of their method and path were sent. */
export function findUnreached(ways: readonly Way[], add: Add, layers: readonly LearnedLayer[]): void {
  for (const [index, layer] of layers.entries()) {
    // What stands at the root, such as the handler for 404, is for what the others leave.
    // A callback of a parameter is for the routes that have it.
    if (layer.kind === 'param') continue;
    if (layer.kind === 'error' || layer.path === '/' || ways.some((way) => way.entered.has(index))) continue;
    // Of the handlers of one route, the last stands for all.
    const next = layers[index + 1];
    if (layer.kind === 'route' && next !== undefined && isSameRoute(layer, next)) continue;
    for (const way of ways) {
      if (way.isPreflight || !way.matches(layer)) continue;
      // A request that fails says nothing of what stands behind.
      const by = way.indexes('fail').length > 0 ? undefined : way.ender;
      const stopper = way.layers[by ?? -1];
      if (by === undefined || stopper === undefined || by > index || passes(ways, by)) continue;
      // The handlers of one route are meant to follow each other.
      if (stopper.kind === 'route' && isSameRoute(stopper, layer)) continue;
      add('L108', {
        about: [layer, stopper],
        message: `Nothing reached "${layer.name}": "${stopper.name}" stands in front of it and took the requests.`,
        hint: `Move "${layer.name}" in front of "${stopper.name}", or take it out.`,
        way,
      });
    }
  }
}

/** Whether a layer has let any request through: then it is a guard, and only the requests for what is behind are missing. */
function passes(ways: readonly Way[], index: number): boolean {
  return ways.some((way) => way.did(index, ['next']));
}

function isSameRoute(one: LearnedLayer, other: LearnedLayer): boolean {
  return one.path === other.path && one.at === other.at && one.method === other.method;
}
