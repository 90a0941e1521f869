/**
 * Everything `compose` can find. The ids are stable: people silence them, search for them and link to them
 * (docs/diagnostics.md has a section for each).
 */
export const DIAGNOSTICS = {
  S101: { level: 'error', title: 'cycle' },
  S102: { level: 'error', title: 'missing name' },
  S103: { level: 'error', title: 'override of nobody' },
  S104: { level: 'error', title: 'unmet read' },
  S105: { level: 'error', title: 'two writers in one layer' },
  S106: { level: 'error', title: 'exclusive group claimed twice' },
  S107: { level: 'error', title: 'duplicate name' },
  S108: { level: 'error', title: 'override takes a writer away' },
  S109: { level: 'error', title: 'override without a higher layer' },
  S110: { level: 'error', title: 'one header twice in one layer' },
  S201: { level: 'warning', title: 'ambiguous order' },
  S202: { level: 'warning', title: 'written and never read' },
  S203: { level: 'warning', title: 'read of a losing key' },
  S204: { level: 'warning', title: "lower layer overwrites a higher layer's header" },
  S205: { level: 'warning', title: 'headers behind an early end' },
} as const;

export type DiagnosticId = keyof typeof DIAGNOSTICS;

/** The ids that `silence` takes: what is an error leaves no stack to run. */
export type WarningId = {
  [Id in DiagnosticId]: (typeof DIAGNOSTICS)[Id]['level'] extends 'warning' ? Id : never;
}[DiagnosticId];

/** Something that `compose` found in the declarations. */
export interface Diagnostic {
  readonly id: DiagnosticId;
  readonly level: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
  /** The names of the middleware it is about; the first is the one to look at. */
  readonly middlewares: readonly string[];
  /** The first of `middlewares`. */
  readonly middleware: string | undefined;
  /** The state key, header or group it is about. */
  readonly key?: string;
  /** Where `middleware` was declared, as `file:line`. */
  readonly at: string;
}

/** Collects what the checks find. */
export class Findings {
  readonly all: Diagnostic[] = [];

  add(
    id: DiagnosticId,
    about: readonly { readonly name: string; readonly site: { toString(): string } }[],
    finding: { message: string; hint: string; key?: string; at?: { toString(): string } },
  ): void {
    this.all.push({
      id,
      level: DIAGNOSTICS[id].level,
      message: finding.message,
      hint: finding.hint,
      middlewares: about.map(({ name }) => name),
      middleware: about[0]?.name,
      ...(finding.key !== undefined && { key: finding.key }),
      at: String(finding.at ?? about[0]?.site ?? '<unknown>'),
    });
  }

  get errors(): Diagnostic[] {
    return this.all.filter(({ level }) => level === 'error');
  }
}
