import type { RequestHandler } from 'express';
import { declarationSite } from './declare/declaration-site.ts';
import type { RouteLayers } from './declare/define-routes.ts';
import { unlessPlain } from './declare/plain-object.ts';
import { type Diagnostic, Findings } from './diagnose/diagnostic.ts';
import { didYouMean } from './diagnose/did-you-mean.ts';
import { diagnosticLine } from './diagnose/format-diagnostic.ts';
import { levelled } from './diagnose/levels.ts';
import { shown } from './diagnose/shown.ts';
import { StackError } from './diagnose/stack-error.ts';
import type { StackLog } from './diagnose/stack-log.ts';
import { checkPlanOptions, type PlanOptions } from './plan/plan-options.ts';
import { checkRoutes } from './routes/check-routes.ts';
import { describeRoutes, type PlannedRoute } from './routes/describe-routes.ts';
import { printRoutes, type RoutesFormat } from './routes/print-routes.ts';
import { readRouteLayers } from './routes/read-route-layers.ts';
import { routesOf } from './routes/read-router.ts';
import { compareRoutes } from './routes/shadows.ts';

/** The options of `composeRoutes`; what they are about is the same as in `compose`. */
export interface ComposeRoutesOptions extends Pick<PlanOptions, 'silence' | 'strict'> {
  /** Where warnings are logged; by default nowhere. */
  readonly log?: StackLog;
}

/** What `composeRoutes` makes: routers in their order, with a plan of their routes. */
export interface Routes {
  /** For `app.use(...routes.routers)`, behind the stack. They are those that were given: a request pays for nothing else. */
  readonly routers: readonly RequestHandler[];
  /** The routes in the order in which they are asked, also those that are never reached. */
  readonly plan: readonly PlannedRoute[];
  /** The warnings that are not silenced. */
  readonly diagnostics: readonly Diagnostic[];
  /** The plan for a terminal (`'table'`, the default), or as JSON. */
  print(format?: RoutesFormat): string;
}

/**
 * Puts layers of routes into their order: the later layer is the higher one, and is asked first. Says which layer answers
 * what: the routes are read from the routers, once, so register all routes before.
 *
 * @param layers - the layers by name, the lowest first. Each is an array of routers or apps of Express, or of what
 *   `defineRoutes` returns.
 * @param options - how strict it is, and where it logs. All are optional.
 * @throws StackError with everything that is wrong with the routes, and each warning that `strict` names.
 * @throws TypeError when the layers or the options are malformed.
 *
 * @example
 * ```ts
 * const routes = composeRoutes({ base: [users, files], acme: [acmeUsers] });
 * app.use(stack, ...routes.routers);
 * ```
 */
export function composeRoutes(layers: RouteLayers, options: ComposeRoutesOptions = {}): Routes {
  checkOptions(options);
  const members = readRouteLayers(layers, declarationSite(composeRoutes));
  const routes = members.flatMap((member) => routesOf(member, member.router));
  const relations = compareRoutes(routes);
  const findings = new Findings();
  const replaced = checkRoutes(routes, members, relations, findings);
  const diagnostics = levelled(findings.all, options);
  if (diagnostics.some(({ level }) => level === 'error')) {
    const error = new StackError(diagnostics);
    // The trace shall begin where the user calls `composeRoutes`, not in the engine.
    Error.captureStackTrace(error, composeRoutes);
    throw error;
  }
  for (const diagnostic of diagnostics) options.log?.warn({ diagnostic }, diagnosticLine(diagnostic));
  let described: Routes['plan'] | undefined;
  return {
    routers: members.map(({ router }) => router as unknown as RequestHandler),
    get plan() {
      return (described ??= describeRoutes(routes, relations, replaced));
    },
    diagnostics,
    print(format) {
      return printRoutes(this, format);
    },
  };
}

const KNOWN: Readonly<Record<keyof ComposeRoutesOptions, true>> = { silence: true, strict: true, log: true };
const OPTIONS = Object.keys(KNOWN);

/** @throws TypeError that says what to write. */
function checkOptions(options: ComposeRoutesOptions): void {
  const odd = unlessPlain(options);
  if (odd !== undefined) {
    throw new TypeError(
      `The options of composeRoutes are a plain object, such as { strict: true }, not ${odd}.`,
    );
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) {
    throw new TypeError(
      `composeRoutes has no option "${unknown}". ${didYouMean(unknown, OPTIONS)}The options are ${OPTIONS.join(', ')}.`,
    );
  }
  const { log } = options as { readonly log?: { readonly warn?: unknown } | null };
  if (log !== undefined && typeof log?.warn !== 'function') {
    throw new TypeError(
      `composeRoutes: log takes a logger with a method warn(details, message), such as console or pino(), not ${shown(log)}.`,
    );
  }
  checkPlanOptions(options);
}
