import type { Logger } from 'pino';
import { type DocumentStore, LockTimeoutError } from '../../oss/storage/document-store.ts';
import type { KeycloakMetrics } from '../metrics/keycloak-metrics.ts';
import { userDocumentKey } from '../storage/user-documents.ts';
import { UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { type GithubTokens, SignedOutError } from '../tokens/github-token-provider.ts';
import type { BrokerForm } from './broker-form.ts';
import { readBrokerToken } from './broker-token.ts';
import { InvalidGrantError, KeycloakMisconfiguredError, KeycloakUnavailableError } from './errors.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import type { SessionRefresh } from './session-refresh.ts';

export interface BrokerTokensOptions {
  readonly documents: Pick<DocumentStore, 'withLock'>;
  readonly keycloak: Pick<KeycloakClient, 'brokerToken'>;
  readonly refresh: SessionRefresh;
  readonly form: BrokerForm;
  readonly metrics: Pick<KeycloakMetrics, 'brokerAnswered'>;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long somebody else who asks for the same user is waited for, in milliseconds. */
  readonly waitMs: number;
}

/**
 * What Keycloak has answered. `without_token`: a 200 with no access token in it. `failed`: it has the session, and does not
 * give the pair; it says the same whether GitHub is away or the pair is lost.
 */
export type BrokerAnswer =
  | { readonly outcome: 'given'; readonly tokens: GithubTokens }
  | { readonly outcome: 'without_token' }
  | { readonly outcome: 'failed' | 'misconfigured'; readonly error: Error };

/**
 * Asks Keycloak for the GitHub tokens of a user. One at a time for each user, in all processes: of several that ask while a
 * token has expired, Keycloak refreshes for each, and all but one are refused.
 */
export class BrokerTokens {
  readonly #options: BrokerTokensOptions;

  constructor(options: BrokerTokensOptions) {
    this.#options = options;
  }

  /**
   * @throws SignedOutError when there is no session of Keycloak's to ask with.
   * @throws KeycloakUnavailableError, KeycloakMisconfiguredError, LockTimeoutError when Keycloak could not be asked.
   */
  async ask(githubUserId: string): Promise<BrokerAnswer> {
    const { documents, metrics, waitMs } = this.#options;
    const key = userDocumentKey(githubUserId, 'github_token.broker');
    const answer = await documents.withLock(key, () => this.#askAlone(githubUserId), { waitMs });
    metrics.brokerAnswered(answer.outcome);
    return answer;
  }

  async #askAlone(githubUserId: string): Promise<BrokerAnswer> {
    const { form, keycloak, log, now, refresh, waitMs } = this.#options;
    if (now() < refresh.pausedUntil) throw new KeycloakUnavailableError('could not answer a moment ago');
    const session = await refresh
      .run(githubUserId, { isNeeded: () => true, waitMs })
      .catch((error: unknown) => {
        if (!(error instanceof UnreadableDocumentError)) throw error;
        log.error(
          { err: error, github_user_id: githubUserId },
          'The Keycloak session of a user cannot be read',
        );
        throw new SignedOutError();
      });
    if (session.state !== 'goes_on') throw new SignedOutError();
    let body: string;
    try {
      body = await keycloak.brokerToken(session.accessToken);
    } catch (error) {
      if (error instanceof KeycloakUnavailableError) return { outcome: 'failed', error };
      if (error instanceof KeycloakMisconfiguredError) return { outcome: 'misconfigured', error };
      // The session has ended since it was asked about, so the next question tells.
      if (error instanceof InvalidGrantError) return { outcome: 'failed', error };
      throw error;
    }
    const found = readBrokerToken(body, now());
    if (found === undefined) return { outcome: 'without_token' };
    form.seen(found);
    return { outcome: 'given', tokens: found.tokens };
  }
}

/** Whether Keycloak could not be asked, or did not answer: nothing is known of the tokens. */
export function isAway(error: unknown): error is Error {
  return (
    error instanceof KeycloakUnavailableError ||
    error instanceof KeycloakMisconfiguredError ||
    error instanceof LockTimeoutError
  );
}
