import { Gauge, type Registry } from 'prom-client';

/** What token custody has still to do, as it is asked when somebody looks. */
export interface CustodyBacklog {
  /** Users whom this process leaves alone for a while, because refreshing their tokens failed. */
  readonly usersBackingOff: number;
  /** Records that the store could not take yet; they are in the memory of this process only. */
  readonly unsavedRecords: number;
  /** Grants that are still to be given back to GitHub, by whatever process. */
  revocationsWaiting(): Promise<number>;
}

/** Queues and pauses of token custody. */
export function registerCustodyMetrics(registry: Registry, backlog: CustodyBacklog): void {
  const registers = [registry];
  new Gauge({
    name: 'openhands_github_users_backing_off',
    help: 'Users whom this process leaves alone for a while, because refreshing their tokens failed.',
    registers,
    collect() {
      this.set(backlog.usersBackingOff);
    },
  });
  new Gauge({
    name: 'openhands_github_tokens_unsaved',
    help: 'Tokens that the store could not take yet, and that would be lost with this process.',
    registers,
    collect() {
      this.set(backlog.unsavedRecords);
    },
  });
  new Gauge({
    name: 'openhands_github_revocations_waiting',
    help: 'Grants that are still to be given back to GitHub: the same number in every process on the store.',
    registers,
    aggregator: 'max',
    async collect() {
      // A store that is away has metrics of its own, and must not keep anybody from reading these.
      this.set(await backlog.revocationsWaiting().catch(() => NaN));
    },
  });
}
