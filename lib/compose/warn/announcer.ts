import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { diagnosticLine } from '../diagnose/format-diagnostic.ts';
import type { StackLog } from '../diagnose/stack-log.ts';

/** What has been announced by this process: each kind and place once, however many stacks are composed there. */
const announced = new Set<string>();

/** A warning, with the middleware and the stack that it is about. */
type Warning = Pick<Diagnostic, 'message' | 'hint' | 'places' | 'explanation'> & { readonly id: string };

/** Tells the developer of a warning, once for each kind and place: in the log, or else as a warning of the process. */
export class Announcer {
  readonly #log: StackLog | undefined;
  readonly #silenced: ReadonlySet<string>;

  constructor(log: StackLog | undefined, silence: readonly string[] = []) {
    this.#log = log;
    this.#silenced = new Set(silence);
  }

  announce(warning: Warning): void {
    const { id, places } = warning;
    const kindAndPlace = [id, ...places.map(({ name, at }) => `${name}\0${at}`)].join('\0');
    if (this.#silenced.has(id) || announced.has(kindAndPlace)) return;
    announced.add(kindAndPlace);
    const line = diagnosticLine(warning);
    if (this.#log === undefined) process.emitWarning(line, { code: id });
    else this.#log.warn({ warning: { id, places } }, line);
  }
}
