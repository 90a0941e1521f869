/**
 * What a person who develops an app is told while it runs. In production a stack has no watch, and none of this costs a
 * request anything.
 */
import type { DeclarationSite } from '../declare/declaration-site.ts';
import { DEVELOPMENT_WARNINGS, type DevelopmentWarningId } from '../diagnose/development-warning.ts';
import type { Place } from '../diagnose/diagnostic.ts';
import { explanationOf } from '../diagnose/explanation.ts';
import { type Entry, label } from '../plan/entry.ts';
import type { Run, Watch } from '../run/run.ts';
import type { Stage } from '../run/stage.ts';
import type { Announcer } from './announcer.ts';
import { Composed } from './composed-within.ts';
import { HeldRequests } from './held-requests.ts';
import { RepeatedMounts } from './repeated-mounts.ts';
import { placeOf, SecondRuns } from './second-runs.ts';

/** Watches the requests of one stack. */
export class DevelopmentWatch implements Watch {
  readonly #entries: readonly Entry[];
  readonly #site: DeclarationSite;
  readonly #announcer: Announcer;
  readonly #held = new HeldRequests((id, stage) => this.#reportHeld(id, stage));
  readonly #secondRuns = new SecondRuns();
  readonly #repeatedMounts: RepeatedMounts;
  readonly #composed: Composed;

  /**
   * @param entries - of the plan, in the order of running.
   * @param site - where `compose` was called.
   */
  constructor(entries: readonly Entry[], site: DeclarationSite, announcer: Announcer) {
    this.#entries = entries;
    this.#site = site;
    this.#announcer = announcer;
    this.#repeatedMounts = new RepeatedMounts(entries);
    this.#composed = new Composed(site);
  }

  entered(run: Run): void {
    if (this.#composed.isWithin(run.req)) {
      this.#warn('S403', undefined, {
        message: 'compose() is called while a request is handled, and makes a stack for this request alone.',
        hint: 'Call it once, where the app is made, and use the stack that it returns.',
      });
    }
    const before = this.#secondRuns.before(run);
    if (before !== undefined) {
      this.#warn('S404', undefined, {
        message: `The stack runs twice on one request: ${before}, and then ${placeOf(run)}.`,
        hint: 'All its middleware does its work again. Use it once, in front of all that needs it.',
      });
    }
    for (const { entry, ...warning } of this.#repeatedMounts.on(run.req)) this.#warn('S405', entry, warning);
  }

  settled(run: Run): void {
    this.#held.settled(run);
  }

  fulfilled(run: Run, stage: Stage): void {
    this.#held.fulfilled(run, stage);
  }

  #reportHeld(id: 'S401' | 'S402', { position }: Stage): void {
    const entry = this.#entries[position];
    if (entry === undefined) return;
    const isForgotten = id === 'S402';
    this.#warn(id, entry, {
      message: isForgotten
        ? `The promise of ${label(entry)} is fulfilled, and for 10 s it has neither ended the response nor called next().`
        : `${label(entry)} has had a request for 10 s, and has neither ended the response nor called next().`,
      hint: isForgotten
        ? 'Call next() at its end, or end the response; await what is to answer.'
        : 'Call next() or end the response wherever it can end. If it waits for something slow, give that a time limit.',
    });
  }

  #warn(
    id: DevelopmentWarningId,
    entry: Entry | undefined,
    warning: { readonly message: string; readonly hint: string },
  ): void {
    const places: Place[] = [{ name: 'compose', at: String(this.#site) }];
    if (entry !== undefined) places.unshift({ name: entry.name, at: String(entry.site) });
    const explanation = explanationOf(id, DEVELOPMENT_WARNINGS[id]);
    this.#announcer.announce({ id, ...warning, places, explanation });
  }
}
