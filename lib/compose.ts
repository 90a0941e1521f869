/**
 * Layers of middleware, composed into one Express handler. The order is worked out from what each middleware says it
 * reads, writes and replaces. One rule settles conflicts: the higher layer wins; within one layer a tie is an error.
 *
 * All planning is done once, in `compose`: `planStack` puts the entries of the layers in order, and `buildStages` makes
 * a stage of each. The handler that `runnerOf` makes starts each request at the first stage: see
 * `compose/run/dispatch.ts`.
 */
import type { RequestHandler } from 'express';
import { checkOptions } from './compose/check-options.ts';
import { refuseMore } from './compose/declare/check-arguments.ts';
import { type DeclarationSite, declarationSite } from './compose/declare/declaration-site.ts';
import type { DeclaredKey } from './compose/declare/keys.ts';
import type { Layers } from './compose/declare/layers.ts';
import { diagnosticLine, formatDiagnostic } from './compose/diagnose/format-diagnostic.ts';
import { StackError } from './compose/diagnose/stack-error.ts';
import type { ComposeOptions } from './compose/options.ts';
import { checkLayers } from './compose/plan/check-layers.ts';
import type { Plan } from './compose/plan/plan.ts';
import { planStack } from './compose/plan-stack.ts';
import { describePlan, describeWayBack } from './compose/report/describe-plan.ts';
import { outlineOf } from './compose/report/outline.ts';
import { printPlan } from './compose/report/print.ts';
import { buildStages } from './compose/run/build-stages.ts';
import { ConflictReporter } from './compose/run/conflict-reporter.ts';
import type { StackObserver } from './compose/run/observer.ts';
import type { StackRuntime, Watch } from './compose/run/run.ts';
import { runnerOf } from './compose/run/runner.ts';
import type { Composed, RouteHandler, Stack } from './compose/stack.ts';
import { Announcer } from './compose/warn/announcer.ts';
import { DevelopmentWatch } from './compose/warn/development-watch.ts';
import { isInDevelopment } from './compose/warn/in-development.ts';

// `export *`, not a list of names: only so can `declare module` merge keys into RequestState through this module.
export * from './compose/declare/request-state.ts';
export { ConflictError } from './compose/run/conflict.ts';
export type { Conflict, ConflictId, ConflictPolicy, ConflictReaction } from './compose/run/conflict.ts';
export type { Declaration, Facts, KeyLists, KeysAfter } from './compose/declare/declaration.ts';
export type { DeclaredKey, ReadKey, RequestKey } from './compose/declare/keys.ts';
export type { DeclarationSite } from './compose/declare/declaration-site.ts';
export type { DevelopmentWarningId } from './compose/diagnose/development-warning.ts';
export type { Diagnostic, DiagnosticId, Place, WarningId } from './compose/diagnose/diagnostic.ts';
export { defineRoutes } from './compose/declare/define-routes.ts';
export type {
  DeclaredRoutes,
  RouteLayers,
  RoutesDefinition,
  RoutesMember,
} from './compose/declare/define-routes.ts';
export { composeRoutes } from './compose/compose-routes.ts';
export type { ComposeRoutesOptions, Routes } from './compose/compose-routes.ts';
export type { PlannedRoute } from './compose/routes/describe-routes.ts';
export type { RoutesFormat } from './compose/routes/print-routes.ts';
export type { ErrorHandler } from './compose/declare/error-handler.ts';
export type { LayerEntry, LayerMember, Layers } from './compose/declare/layers.ts';
export { declarations } from './compose/declare/ready-made.ts';
export type {
  AfterResponse,
  AnsweredRequest,
  BeforeHeaders,
  WayBack,
  WayBackDefinition,
} from './compose/declare/way-back.ts';
export { wrap } from './compose/declare/wrap.ts';
export { defineErrorMiddleware, defineMiddleware } from './compose/declare/middleware.ts';
export type {
  ErrorMiddlewareDefinition,
  Middleware,
  MiddlewareDefinition,
} from './compose/declare/middleware.ts';
export type { StackObserver } from './compose/run/observer.ts';
export type { ComposeOptions } from './compose/options.ts';
export type { PlanOptions } from './compose/plan/plan-options.ts';
export type { StackLog } from './compose/diagnose/stack-log.ts';
export type { ReplacedMiddleware, SettledGroup, StackOutline } from './compose/report/outline.ts';
export type { PrintFormat } from './compose/report/print.ts';
export type { EntryOutcome, EntryReport, RequestStack, WayBackReport } from './compose/run/request-stack.ts';
export type { HookOutcome } from './compose/run/stage.ts';
export type { Composed, RouteHandler, Stack, UnmetRead } from './compose/stack.ts';
export type { PlannedMiddleware, PlannedWayBack } from './compose/report/describe-plan.ts';
export { formatDiagnostic, StackError };
export { TRACING_CHANNEL, type MiddlewareTrace } from './compose/run/tracing.ts';
export type {
  DeclaredState,
  RequestWithState,
  StateErrorHandler,
  StateHandler,
  StateRequest,
  StateResponse,
} from './compose/declare/typed-request.ts';

/**
 * Composes layers of middleware into one Express handler. The later layer is the higher one: it runs first, around the
 * others, and wins where two layers disagree. The order is fixed here, once; see docs/diagnostics.md for what is
 * refused.
 *
 * @param layers - the layers by name, the lowest first. Each is an array of declared middleware and ordinary handlers.
 * @param options - what the stack is told of the code around it, how strict it is, and where it logs. All are optional.
 * @returns the handler, which knows its plan; or, for the compiler, an `UnmetRead` that names a key which is never
 *   written.
 * @throws StackError with everything that is wrong with the layers, and each warning that `strict` names.
 * @throws TypeError when the layers or the options are malformed, or there is no such option.
 *
 * @example
 * ```ts
 * const limit = wrap(rateLimit(), declarations.expressRateLimit);
 * const stack = compose({ base: [wrap(cors(), declarations.cors), limit] }, { strict: true });
 * express().use(stack);
 * ```
 */
export function compose<const L extends Layers, const Given extends DeclaredKey = never>(
  layers: L,
  options?: ComposeOptions & { readonly given?: readonly Given[] },
): Composed<L, Given>;
export function compose(layers: Layers, options: ComposeOptions = {}, ...more: readonly unknown[]): Stack {
  checkLayers(layers);
  checkOptions(options);
  refuseMore(
    'compose',
    'layers and options',
    more,
    'All layers stand in the first argument, all options in the second.',
  );
  const site = declarationSite(compose);
  const plan = planOf(layers, options, site);
  for (const diagnostic of plan.diagnostics) {
    options.log?.warn({ diagnostic }, diagnosticLine(diagnostic));
  }

  let described: Stack['plan'] | undefined;
  let outlined: Stack['outline'] | undefined;
  const runtime = runtimeOf(plan, options, watchOf(plan, options, site));
  const stack: Stack = Object.defineProperties(runner(runtime, options), {
    plan: { get: () => (described ??= describePlan(plan)) },
    wayBack: { value: describeWayBack(plan) },
    diagnostics: { value: plan.diagnostics },
    outline: { get: () => (outlined ??= outlineOf(layers, options, plan, stack.plan)) },
    observe: { value: (observer: StackObserver) => observe(runtime, observer) },
    print: { value: (format?: Parameters<Stack['print']>[0]) => printPlan(stack, format) },
    handler: { value: routeHandler },
  }) as Stack;
  return stack;
}

function planOf(layers: Layers, options: ComposeOptions, site: DeclarationSite): Plan {
  try {
    return planStack(layers, options, site);
  } catch (error) {
    // The trace shall begin where the user calls `compose`, not in the engine.
    if (error instanceof StackError) Error.captureStackTrace(error, compose);
    throw error;
  }
}

function routeHandler(handle: RouteHandler<DeclaredKey>, ...more: readonly unknown[]): RequestHandler {
  refuseMore(
    'stack.handler',
    'one handler',
    more,
    'Write it around each: stack.handler(one), stack.handler(other).',
  );
  return handle;
}

function observe({ observers }: StackRuntime, observer: StackObserver): () => void {
  observers.add(observer);
  return () => void observers.delete(observer);
}

function runner(runtime: StackRuntime, options: ComposeOptions): RequestHandler {
  const handler = runnerOf(runtime, options.timing ?? 'sampled');
  // A request's route is compared with it, to see whether the stack stands in that route.
  runtime.handler = handler;
  return handler;
}

/** What all requests through the stack share. The tables of each request begin as copies of those named `no…`. */
function runtimeOf(plan: Plan, { onConflict, log }: ComposeOptions, watch: Watch | undefined): StackRuntime {
  const { stages, application, wayBack, indexOf, indexByNumber } = buildStages(plan);
  const places = stages.length + wayBack.length + 1;
  const unset = Array.from({ length: plan.keys.length + 1 }, () => undefined);
  return {
    stages,
    application,
    wayBack,
    keys: plan.keys,
    indexOf,
    indexByNumber,
    losingKeys: plan.losingKeys,
    reporter: new ConflictReporter(onConflict, log),
    observers: new Set(),
    order: Object.freeze(plan.entries.map(({ name }) => name)),
    noValues: unset,
    noWriters: unset,
    noBits: Array.from({ length: places }, () => 0),
    noTimes: Array.from({ length: places }, () => NaN),
    handler: undefined,
    watch,
  };
}

/** What warns the person who develops the app. */
function watchOf(
  plan: Plan,
  { development, log, silence }: ComposeOptions,
  site: DeclarationSite,
): Watch | undefined {
  if (!isInDevelopment(development)) return undefined;
  const announcer = new Announcer(log, silence);
  // A log has had it, with the other warnings of the plan.
  if (log === undefined) {
    for (const diagnostic of plan.diagnostics) if (diagnostic.id === 'S210') announcer.announce(diagnostic);
  }
  return new DevelopmentWatch(plan.entries, site, announcer);
}
