/** What the commands of the model-based test act upon: two managers on one store, and when their reads and writes happen. */
import type { Scheduler } from 'fast-check';
import type { GithubTokenManager } from '../../../../lib/enterprise/tokens/github-token-manager.ts';
import type { Document } from '../../../../lib/oss/storage/document-store.ts';
import { JsonFileStore, type JsonFileStoreOptions } from '../../../../lib/oss/storage/json-file-store.ts';
import type { Custody } from '../custody.ts';

export const LOGIN = 'octocat';
export const REFRESH = 'POST /login/oauth/access_token';

/** How a refresh fails; with `lost-answer` GitHub has rotated the pair. */
export type Failure = 'reset' | 'html' | 'lost-answer';

/** What is certain of the user. */
export interface Model {
  /** `unsure`: GitHub has ended what the store has, or may have; who asks may be told so, or be given a token in vain. */
  state: 'in' | 'out' | 'unsure';
  /** GitHub has failed, or is about to, and the pause after that may not be over. */
  isFailing: boolean;
  /** What the next refreshes meet, in this order. */
  readonly failuresToCome: Failure[];
  /** Refreshes that GitHub had seen when this was last brought up to date. */
  refreshes: number;
  /** Whether GitHub has ever rotated a pair that nobody got. */
  hasLost: boolean;
}

export class World {
  readonly custody: Custody;
  readonly id: string;
  readonly scheduler: Scheduler;
  readonly processes: GithubTokenManager[];

  constructor(custody: Custody, scheduler: Scheduler) {
    this.custody = custody;
    this.id = custody.userId(LOGIN);
    this.scheduler = scheduler;
    this.processes = [this.#start(), this.#start()];
  }

  /** A process ends as it should, and another takes its place. */
  async restart(index: number): Promise<void> {
    await this.scheduler.waitFor(this.processes[index]!.close());
    this.processes[index] = this.#start();
  }

  async close(): Promise<void> {
    await this.scheduler.waitFor(Promise.all(this.processes.map((manager) => manager.close())));
  }

  #start(): GithubTokenManager {
    const { folder, log } = this.custody;
    return this.custody.manager({
      documents: new ScheduledStore({ path: folder, log }, this.scheduler),
      staleMs: 0,
      retryRevocationsEveryMs: 3_600_000,
    });
  }
}

/** Real files; but whose turn it is to read, write or delete, the scheduler decides. */
class ScheduledStore extends JsonFileStore {
  readonly #scheduler: Scheduler;

  constructor(options: JsonFileStoreOptions, scheduler: Scheduler) {
    super(options);
    this.#scheduler = scheduler;
  }

  override async read(key: string): Promise<Document | undefined> {
    await this.#turn(`read ${key}`);
    return super.read(key);
  }

  override async write(key: string, document: Document): Promise<void> {
    await this.#turn(`write ${key}`);
    await super.write(key, document);
  }

  override async delete(key: string): Promise<void> {
    await this.#turn(`delete ${key}`);
    await super.delete(key);
  }

  #turn(what: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), what);
  }
}
