import type { Logger } from 'pino';
import { BadVerificationCodeError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { Retries } from '../retries.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';
import { readBrokerToken } from './broker-token.ts';
import { InvalidGrantError, KeycloakUnavailableError } from './errors.ts';
import type { GrantDocuments, PendingGrant } from './grant-documents.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import type { OfflineSession } from './offline-session.ts';

/** Keycloak says the same of a pair that it has lost as of a GitHub that is away; no outage is as long. */
const LONGEST_MS = 24 * 3_600_000;

export interface GrantReturnsOptions {
  readonly grants: GrantDocuments;
  readonly keycloak: Pick<KeycloakClient, 'refresh' | 'brokerToken'>;
  readonly oauth: Pick<GitHubOAuthClient, 'revokeGrant' | 'knows'>;
  /** Whether the user has a session again, by whatever edition: giving the grant back would end that as well. */
  readonly isSignedInAgain: (githubUserId: string) => Promise<boolean>;
  /** Ends a session at Keycloak that is not needed any more. Does not reject. */
  readonly endSession: (session: OfflineSession) => Promise<void>;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Gives grants back to GitHub where Keycloak keeps the tokens, however long it takes. That needs an access token, which
 * Keycloak gives for as long as the session goes on. So it is ended last.
 */
export class GrantReturns {
  readonly #options: GrantReturnsOptions;
  readonly #retries: Retries;

  constructor(options: GrantReturnsOptions) {
    this.#options = options;
    this.#retries = new Retries({
      left: () => this.#left(),
      failsAll: (error) => error instanceof KeycloakUnavailableError,
      complain: (err) => options.log.warn({ err }, 'A grant could not be given back; tried again later'),
    });
  }

  /** Remembers to give the grant back, and then to end the session. Durable when it resolves. */
  async add(githubUserId: string, { sub, sid, refreshToken }: OfflineSession): Promise<void> {
    const { grants, now } = this.#options;
    await grants.add(githubUserId, { session: { sub, sid, refreshToken }, since: now() });
  }

  /** Tries it now. Resolves when that is done or postponed; never rejects. */
  attemptSoon(githubUserId: string): Promise<void> {
    return this.#retries.track(this.#attempt(githubUserId));
  }

  /**
   * Told of a new sign-in, whose tokens a grant that is given back would take along.
   *
   * @throws BadVerificationCodeError when that has happened already.
   */
  async signedIn(githubUserId: string, { accessToken }: GithubTokens): Promise<void> {
    const { endSession, grants, log, oauth } = this.#options;
    const grant = await grants.take(githubUserId);
    if (grant === undefined) return;
    if (grant !== 'unreadable') void this.#retries.track(endSession(grant.session));
    const isKnown = await oauth.knows(accessToken).catch((err: unknown) => {
      log.warn({ err }, 'GitHub cannot say whether new tokens work');
      return true;
    });
    if (!isKnown) throw new BadVerificationCodeError();
  }

  /** Ends the retrying, and resolves when the attempts that are under way have ended. */
  close(): Promise<void> {
    return this.#retries.close();
  }

  async *#left(): AsyncGenerator<() => Promise<void>> {
    for await (const githubUserId of this.#options.grants.userIds()) yield () => this.#attempt(githubUserId);
  }

  async #attempt(githubUserId: string): Promise<void> {
    const { endSession, grants, isSignedInAgain, log, now } = this.#options;
    await grants.attempt(githubUserId, async (grant, keep) => {
      const details = { github_user_id: githubUserId };
      let { session } = grant;
      try {
        if (!(await isSignedInAgain(githubUserId))) session = await this.#giveBack(grant, keep);
      } catch (error) {
        if (!(error instanceof InvalidGrantError) && now() - grant.since < LONGEST_MS) throw error;
        log.warn({ ...details, err: error }, 'A grant is not given back: Keycloak gives no token for that');
      }
      await endSession(session);
      return true;
    });
  }

  /** @returns the session as it is now. */
  async #giveBack(
    { session, since }: PendingGrant,
    keep: (grant: PendingGrant) => Promise<void>,
  ): Promise<OfflineSession> {
    const { keycloak, log, now, oauth } = this.#options;
    const { refreshToken, accessToken } = await keycloak.refresh(session.refreshToken);
    const renewed = { ...session, refreshToken };
    await keep({ session: renewed, since });
    const found = readBrokerToken(await keycloak.brokerToken(accessToken), now());
    const answer = found && (await oauth.revokeGrant(found.tokens.accessToken));
    if (answer !== 'revoked') log.warn('A grant is not given back: the token that Keycloak has is dead');
    return renewed;
  }
}
