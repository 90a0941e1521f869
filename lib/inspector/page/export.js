/** One request as JSON that can be given to somebody: what the page tells, with names in the place of positions. */

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 */

/** @param {Request} request @param {Outline} outline of the stack it went through */
export function exportOf(request, { plan }) {
  const { at, process, method, path, outcome, status, duration, headers, steps, routes, conflicts } = request;
  return {
    request: {
      at: new Date(at).toISOString(),
      process,
      method,
      // A host may show the query on its own page; what is given away has none.
      path: path.replace(/\?.*/, ''),
      outcome,
      status,
      duration,
      headers,
    },
    middlewares: steps.map((step, position) => ({
      name: plan[position]?.name,
      layer: plan[position]?.layer,
      ...step,
    })),
    routes,
    conflicts: conflicts.map(({ id, kind, key, middlewares, kept, count }) => ({
      id,
      kind,
      key,
      middlewares,
      kept,
      count,
    })),
  };
}

/** @param {Request} request @param {Outline} outline */
export const textOf = (request, outline) => `${JSON.stringify(exportOf(request, outline), null, 2)}\n`;
