import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { formatDiagnostic } from '../diagnose/format-diagnostic.ts';
import type { PlannedRoute } from './describe-routes.ts';

/** How `routes.print` writes a plan: as a table for a terminal, or as JSON. */
export type RoutesFormat = 'table' | 'json';

/** A plan of routes and its diagnostics, to be printed. */
export interface PrintableRoutes {
  readonly plan: readonly PlannedRoute[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Writes a plan of routes and its diagnostics as text.
 *
 * @throws TypeError when the format is unknown.
 */
export function printRoutes({ plan, diagnostics }: PrintableRoutes, format: RoutesFormat = 'table'): string {
  switch (format) {
    case 'table':
      return [...tableOf(plan), ...diagnostics.map((one) => `\n${formatDiagnostic(one)}`)].join('\n');
    case 'json':
      return JSON.stringify({ plan, diagnostics }, null, 2);
    default:
      throw new TypeError(`print() takes 'table' or 'json', not ${JSON.stringify(format)}.`);
  }
}

const COLUMNS = ['method', 'path', 'layer', 'router', 'handler'] as const;

/** A line for each route, and below it what else there is to say of it. */
function tableOf(plan: readonly PlannedRoute[]): string[] {
  const rows = [
    COLUMNS,
    ...plan.map(({ method, path, layer, router, handler }) => [method, path, layer, router, handler]),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = '', ...lines] = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const indent = ' '.repeat((widths[0] ?? 0) + 2);
  return [
    head,
    ...plan.flatMap((route, index) => [
      lines[index] ?? '',
      ...remarksOn(route).map((remark) => `${indent}  ${remark}`),
    ]),
  ];
}

/** A catch-all stands behind all routes of all layers. */
function shortened(names: readonly string[]): string {
  const more = names.length - 3;
  return names.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function remarksOn(route: PlannedRoute): string[] {
  const { through, onErrors, overrides, behind, replacedBy, hiddenBy, notCompared } = route;
  return [
    ...(through.length > 0 ? [`through ${through.join(', ')}`] : []),
    ...(onErrors.length > 0 ? [`on errors ${onErrors.join(', ')}`] : []),
    ...(overrides.length > 0 ? [`in the place of ${overrides.join(', ')}`] : []),
    ...(route.falls === true ? ['leaves requests to the routes behind it'] : []),
    ...(behind.length > 0 ? [`behind ${shortened(behind)}`] : []),
    ...(replacedBy === undefined ? [] : [`replaced by ${replacedBy}`]),
    ...(hiddenBy === undefined ? [] : [`never reached: hidden by ${hiddenBy}`]),
    ...(notCompared === undefined ? [] : [`note: ${notCompared} is compared only with its equal`]),
  ];
}
