import type { RequestContext } from '../run/request-context.ts';
import type { Run } from '../run/run.ts';

/** How a stack has come to a request. */
interface Visit {
  readonly path: string;
  readonly place: string;
}

/**
 * S404: a stack that takes a request for the second time, as one that the app and a router both use. A request that was
 * given another path in between, and routed anew, is another one to the stack.
 */
export class SecondRuns {
  readonly #visits = new WeakMap<RequestContext, Visit[]>();

  /** Where a stack has taken a request before; undefined if it has not. */
  before(run: Run): string | undefined {
    const { context, req } = run;
    const path = `${req.baseUrl}${req.url}`;
    const visits = this.#visits.get(context) ?? [];
    this.#visits.set(context, [...visits, { path, place: placeOf(run) }]);
    return visits.find((one) => one.path === path)?.place;
  }
}

/** By what a stack is used, in words. */
export function placeOf({ host, isInRoute, req }: Run): string {
  if (host?.furthest !== undefined)
    return `as ${host.furthest.name} (${host.furthest.layer}) of another stack`;
  if (!isInRoute) return 'by use()';
  const { path } = req.route as {
    readonly path: string | RegExp | readonly (string | RegExp)[];
  };
  return `in the route ${[path].flat().join(', ')}`;
}
