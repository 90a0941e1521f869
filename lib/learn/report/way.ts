import type { LearnedApp, LearnedLayer, Trace, TraceEvent } from '../trace.ts';
import { beforeTheAnswer } from './before-the-answer.ts';
import { namedPath } from './named-path.ts';

/** A trace with the layers that it names. */
export class Way {
  readonly trace: Trace;
  readonly layers: readonly LearnedLayer[];
  /** Without the doings of those who were entered when the answer was out: their faults are consequences. */
  readonly events: readonly TraceEvent[];
  readonly entered: ReadonlySet<number>;

  constructor(trace: Trace, app: LearnedApp) {
    this.trace = trace;
    this.layers = app.layers;
    this.events = beforeTheAnswer(trace.events);
    this.entered = new Set(this.indexes('enter'));
  }

  get requests(): string[] {
    return this.trace.paths.map((path) => `${this.trace.method} ${namedPath(path)}`);
  }

  /** A browser asks so whether it may send a request. Its answer has no need of most headers. */
  get isPreflight(): boolean {
    return this.trace.method === 'OPTIONS' && this.trace.status < 300;
  }

  /** Who kept a request from all that stand behind: the first to fail, or else the one who has ended it. */
  get stopper(): number | undefined {
    return this.indexes('fail')[0] ?? this.indexes('end')[0];
  }

  get ender(): number | undefined {
    return this.indexes('end')[0];
  }

  indexes(kind: TraceEvent['kind']): number[] {
    return this.events.flatMap((event) => (event.kind === kind ? [event.layer] : []));
  }

  did(layer: number, kinds: readonly TraceEvent['kind'][], name?: string): boolean {
    return this.events.some(
      (event) =>
        event.layer === layer && kinds.includes(event.kind) && (name === undefined || event.name === name),
    );
  }

  /** Whether a layer takes requests of this method and one of these paths. Not for patterns, which are not judged. */
  matches({ path, kind, method }: LearnedLayer): boolean {
    if (path === null || (method !== undefined && method !== 'ALL' && method !== this.#method)) return false;
    const pattern = patternOf(path, kind === 'route');
    return pattern !== undefined && this.trace.paths.some((sent) => pattern.test(sent));
  }

  get #method(): string {
    return this.trace.method === 'HEAD' ? 'GET' : this.trace.method;
  }
}

/** Plain paths and whole segments such as `:id`. Undefined for more, as `*`, `(…)` or `{…}`. */
function patternOf(path: string, isWhole: boolean): RegExp | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (!segments.every((segment) => /^:\w+$|^[\w.~-]+$/.test(segment))) return undefined;
  const source = segments
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replaceAll('.', '\\.')))
    .join('/');
  return new RegExp(`^/${source}${isWhole ? '/?$' : source === '' ? '' : '(?:/|$)'}`, 'i');
}
