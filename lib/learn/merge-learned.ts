import type { Learned, LearnedApp, Trace } from './trace.ts';

/** Puts together what several processes have learned. The same app in several of them is one. */
export function mergeLearned(parts: readonly Learned[]): Learned {
  const apps = new Map<string, { readonly app: LearnedApp; readonly index: number }>();
  const traces = parts.flatMap((part) => {
    const indexes = part.apps.map((app) => {
      const text = JSON.stringify(app);
      const known = apps.get(text) ?? { app, index: apps.size };
      apps.set(text, known);
      return known.index;
    });
    return part.traces.map((trace): Trace => ({ ...trace, app: indexes[trace.app] ?? 0 }));
  });
  return {
    apps: [...apps.values()].map(({ app }) => app),
    traces,
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}
