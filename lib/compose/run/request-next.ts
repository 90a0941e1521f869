/**
 * `req.next`, which a router sets to its own `next`. `res.sendFile` and `res.format` call it. In a stack it goes on in
 * the stack, so that no later stage is passed over. Behind the stack it is the router's again.
 */
import type { NextFunction } from 'express';
import { exit, onLateNext, settle } from './dispatch.ts';
import { nextOf, setNextOf } from './express-request.ts';
import { standsInRoute } from './express-route.ts';
import { leadsTo } from './mount-point.ts';
import type { Run } from './run.ts';
import { isError } from './tracing.ts';

/**
 * Sets `req.next` for the time that a request is in a stack, and finds out whether the stack stands in a route. In a
 * route it leaves the route, as in Express.
 */
export function replaceNext(run: Run): void {
  const { req, context, out, host } = run;
  const given = nextOf(req, context);
  // An earlier stack in the same router may have set it. Then the router's own is what that stack's function leads to.
  let original: unknown = given;
  for (let one = context.replacedNext; one !== undefined; one = one.replacedBefore) {
    if (one.requestNext === given) original = one.out;
  }
  // A stack that is an entry of another stack is in a route if that other stack is.
  const isEntry = host !== undefined && leadsTo(out, host.next);
  run.isInRoute = isEntry ? host.isInRoute : original !== out && standsInRoute(req, run.runtime.handler);
  if (given === undefined || (isEntry && run.isInRoute)) return;
  run.requestNext = run.isInRoute
    ? (signal) => onRouterNext(run, given, signal)
    : (signal) => onRequestNext(run, signal);
  setNextOf(req, context, run.requestNext);
  if (original === out) {
    run.replacedBefore = context.replacedNext;
    context.replacedNext = run;
  } else {
    run.outerNext = given;
  }
}

/** A handler or Express has called `req.next`, not in a route: it counts as the `next` of the furthest stage. */
function onRequestNext(run: Run, signal: unknown): void {
  const { furthest } = run;
  if (furthest === undefined || furthest === run.runtime.application) run.out(signal);
  else onLateNext(run, furthest, signal);
}

/**
 * A handler or Express has called `req.next` in a route: the request leaves the route, and with it the stack.
 *
 * @param routerNext - the `next` of the router that the route belongs to.
 */
function onRouterNext(run: Run, routerNext: NextFunction, signal: unknown): void {
  const { furthest } = run;
  if (furthest !== undefined && run.outcomeOf(furthest) === 'running') {
    run.timingsIfAny?.end(furthest);
    run.signals.set(furthest, isError(signal) ? 'error' : 'router');
    run.signals.set(run.runtime.application, 'router');
  }
  exit(run, signal, routerNext);
  settle(run);
}
