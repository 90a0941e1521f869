import type { PlannedRoute, Routes, Stack, StackOutline } from '../compose.ts';

/** What the page is told of a stack, and of the routes behind it. */
export interface InspectorOutline extends StackOutline {
  /** `routes.plan`; empty where the inspector was given no routes. */
  readonly routes: readonly PlannedRoute[];
}

/** Puts the outline of a stack and the plan of its routes together. */
export function outlineWith(
  { outline }: Pick<Stack, 'outline'>,
  routes: Routes | undefined,
): InspectorOutline {
  return {
    ...outline,
    diagnostics: [...outline.diagnostics, ...(routes?.diagnostics ?? [])],
    routes: routes?.plan ?? [],
  };
}
