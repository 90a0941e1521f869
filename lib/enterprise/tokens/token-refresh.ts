import type { Logger } from 'pino';
import { GitHubUnavailableError } from '../../oss/github/errors.ts';
import { isError } from '../../oss/is-error.ts';
import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import { PairRotation, type PairRotationOptions } from './pair-rotation.ts';
import type { TokenDocuments } from './token-documents.ts';
import type { SignedIn } from './token-record.ts';

export interface TokenRefreshOptions extends PairRotationOptions {
  /** Told that what the store has of a user may be another thing now, before anybody who waited is. */
  readonly onChange: (githubUserId: string) => void;
}

/** Refreshes the tokens of one user, once, however many ask, in this process and in all others on the same store. */
export class TokenRefresh {
  readonly #documents: TokenDocuments;
  readonly #log: Logger;
  readonly #longestRefreshMs: number;
  readonly #onChange: (githubUserId: string) => void;
  readonly #rotation: PairRotation;
  readonly #running = new Map<string, Promise<SignedIn>>();
  readonly #holding = new Set<Promise<void>>();

  constructor(options: TokenRefreshOptions) {
    this.#documents = options.documents;
    this.#log = options.log;
    this.#longestRefreshMs = options.longestRefreshMs;
    this.#onChange = options.onChange;
    this.#rotation = new PairRotation(options);
  }

  /**
   * A pair that is not `stale`. Callers share one refresh; it goes on if they stop waiting.
   *
   * @throws SignedOutError when there is none and will be none.
   * @throws GitHubUnavailableError, AppMisconfiguredError, StorageError when there may be one later; the tokens are kept.
   */
  async run(githubUserId: string, stale: SignedIn): Promise<SignedIn> {
    const running = this.#running.get(githubUserId);
    if (running !== undefined) return running;
    this.#rotation.check(githubUserId, stale);
    const started = this.#start(githubUserId, stale).finally(() => this.#running.delete(githubUserId));
    this.#running.set(githubUserId, started);
    return started;
  }

  /** How many users this process leaves alone for a while. */
  get usersBackingOff(): number {
    return this.#rotation.usersBackingOff;
  }

  /** Waits for nobody else any more. Resolves when no refresh is under way, and nothing is left to be written of any. */
  async close(): Promise<void> {
    this.#rotation.close();
    await Promise.all(this.#holding);
  }

  /**
   * Resolves with the outcome, and keeps holding the lock until that is stored: the next one would find the old pair, which
   * is dead.
   */
  #start(githubUserId: string, stale: SignedIn): Promise<SignedIn> {
    return new Promise((resolve, reject) => {
      const alone = async () => {
        const { record, settled } = await this.#rotation.run(githubUserId, stale);
        this.#onChange(githubUserId);
        if (isError(record)) reject(record);
        else resolve(record);
        await settled;
        this.#onChange(githubUserId);
      };
      const holding = this.#documents
        .whileRefreshing(githubUserId, alone, this.#longestRefreshMs)
        .catch((error: unknown) => {
          this.#log.debug({ err: error, github_user_id: githubUserId }, 'A refresh came to nothing');
          this.#onChange(githubUserId);
          reject(asUnavailable(error));
        })
        .finally(() => this.#holding.delete(holding));
      this.#holding.add(holding);
    });
  }
}

/** Waiting in vain for another process to refresh says nothing about the tokens. */
function asUnavailable(error: unknown): Error {
  return error instanceof LockTimeoutError
    ? new GitHubUnavailableError(1, { cause: error })
    : (error as Error);
}
