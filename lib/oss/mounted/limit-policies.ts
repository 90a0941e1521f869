import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { LayerMember, Layers, Middleware } from '../../compose.ts';

export interface PolicyLimits {
  /** The names of the middleware that speak for an edition: its headers, its limits, its log. */
  readonly policies: readonly string[];
  /** Where they speak. */
  readonly reaches: (path: string) => boolean;
}

/** The layers of an edition in somebody's app, its policies passing by the requests that are the host's. */
export function limitPolicies(layers: Layers, { policies, reaches }: PolicyLimits): Layers {
  const limited = new Set(policies);
  const limit = (member: LayerMember): LayerMember => {
    if (isArray(member)) return member.map(limit);
    const isPolicy = typeof member === 'object' && member !== null && limited.has(member.name);
    return isPolicy ? passingBy(member, reaches) : member;
  };
  return Object.fromEntries(Object.entries(layers).map(([layer, members]) => [layer, members.map(limit)]));
}

/** As `Array.isArray`, which does not tell a read-only array from the rest of the union. */
function isArray(member: LayerMember): member is readonly LayerMember[] {
  return Array.isArray(member);
}

function passingBy(middleware: Middleware, reaches: PolicyLimits['reaches']): Middleware {
  const { handle } = middleware;
  if (isErrorHandler(handle)) return middleware;
  const limited: RequestHandler = (req, res, next) => (reaches(req.path) ? handle(req, res, next) : next());
  return Object.freeze({ ...middleware, handle: limited });
}

function isErrorHandler(handle: RequestHandler | ErrorRequestHandler): handle is ErrorRequestHandler {
  return handle.length === 4;
}
