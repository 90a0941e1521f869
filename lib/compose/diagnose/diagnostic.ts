import { explanationOf } from './explanation.ts';

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
  S121: { level: 'error', title: 'route hidden in its layer' },
  S122: { level: 'error', title: 'missing route' },
  S123: { level: 'error', title: 'override of a route that is still reached' },
  S201: { level: 'warning', title: 'ambiguous order' },
  S202: { level: 'warning', title: 'written and never read' },
  S203: { level: 'warning', title: 'read of a losing key' },
  S204: { level: 'warning', title: "lower layer overwrites a higher layer's header" },
  S205: { level: 'warning', title: 'headers behind an early end' },
  S206: { level: 'warning', title: 'header set again on the way in' },
  S207: { level: 'warning', title: 'headers behind a failure' },
  S208: { level: 'warning', title: 'router below a path' },
  S209: { level: 'warning', title: "lower layer overwrites a higher layer's key" },
  S210: { level: 'warning', title: 'error handler that never runs' },
  S221: { level: 'warning', title: 'route hidden by a higher layer' },
} as const;

/** The id of a kind of diagnostic, such as `'S104'`. */
export type DiagnosticId = keyof typeof DIAGNOSTICS;

/** The ids of warnings, which `silence` and `strict` take. An error can be neither: there is no stack with one. */
export type WarningId = {
  [Id in DiagnosticId]: (typeof DIAGNOSTICS)[Id]['level'] extends 'warning' ? Id : never;
}[DiagnosticId];

/** A middleware that a diagnostic is about. */
export interface Place {
  readonly name: string;
  /** Where it was declared, as `file:line`. */
  readonly at: string;
}

/** Something that `compose` found in the declarations. */
export interface Diagnostic {
  readonly id: DiagnosticId;
  /** A warning that `strict` names has the level `'error'`. */
  readonly level: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
  /** Each middleware it is about, and where it was declared; the first is the one to look at. */
  readonly places: readonly Place[];
  /** The names in `places`. */
  readonly middlewares: readonly string[];
  /** The first of `middlewares`. */
  readonly middleware: string | undefined;
  /** The state key, header or group it is about. */
  readonly key?: string;
  /** Where `middleware` was declared, as `file:line`. */
  readonly at: string;
  /** The address of the section of docs/diagnostics.md about this id. */
  readonly explanation: string;
}

/** A middleware, as far as a diagnostic names it. */
interface Declared {
  readonly name: string;
  readonly site: { toString(): string };
}

type Finding = Pick<Diagnostic, 'message' | 'hint' | 'key'>;

/** Collects what the checks find. */
export class Findings {
  readonly all: Diagnostic[] = [];

  /**
   * Adds a diagnostic.
   *
   * @param about - each middleware concerned; the first is the one to look at.
   */
  add(id: DiagnosticId, about: readonly Declared[], finding: Finding): void {
    const { level, title } = DIAGNOSTICS[id];
    const places = about.map(({ name, site }) => ({ name, at: String(site) }));
    this.all.push({
      id,
      level,
      message: finding.message,
      hint: finding.hint,
      places,
      middlewares: [...new Set(places.map(({ name }) => name))],
      middleware: places[0]?.name,
      ...(finding.key !== undefined && { key: finding.key }),
      at: places[0]?.at ?? '<unknown>',
      explanation: explanationOf(id, title),
    });
  }
}
