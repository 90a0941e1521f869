import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { RecentEntries } from '../recent-entries.ts';
import { backoffRemaining, nextFailure, type RefreshFailure } from '../tokens/backoff.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';
import type { BrokerAnswer } from './broker-tokens.ts';

/** Keycloak refreshes a token with less than some 5 s left: asked within these last seconds, it gives another one. */
const MARGIN_MS = 3_000;
/** What Keycloak has just given is good for this long by its own clock, whatever ours says of its end. */
const RECENT_MS = 5_000;
/** For how long nobody asks again about tokens that only a new sign-in mends. */
const LOST_PAUSE_MS = 10_000;

/** Why the tokens of a user are lost, as the log says it. */
const LOSSES = {
  refused:
    'GitHub refuses the access token that Keycloak gives out: the grant has ended, or the token has expired and is in the ' +
    'form that Keycloak does not refresh',
  without_token:
    "Keycloak gives out no access token: it has none of this user, or has stored an error of GitHub's in its place",
  failed:
    'Keycloak refreshes the tokens of others and not those of this user: an answer of GitHub was lost, and the pair with it',
} as const;
type Loss = keyof typeof LOSSES;

interface Given {
  readonly state: 'given';
  readonly token: Secret;
  readonly askedAt: number;
  readonly usableUntil: number;
  /** Whether GitHub has refused this very token before. */
  readonly wasRefused: boolean;
}

interface Failing {
  readonly state: 'failing';
  readonly outcome: Exclude<BrokerAnswer['outcome'], 'given'>;
  readonly since: number;
  readonly failure: RefreshFailure;
  readonly error: Error;
}

interface Lost {
  readonly state: 'lost';
  readonly loss: Loss;
  readonly askedAt: number;
  /** The token that GitHub refuses. */
  readonly token?: Secret;
}

/** What this process knows of the tokens of a user. */
export type Known = Given | Failing | Lost;

/** What Keycloak has answered about the tokens of each user, and what that means together with what it said before. */
export class BrokerMemory {
  readonly #known = new RecentEntries<Known>();
  readonly #log: Logger;
  readonly #now: () => number;
  /** When Keycloak was last seen to have refreshed somebody's tokens, so that its way to GitHub was open. */
  #refreshedAt = -Infinity;

  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** A token that has not ended yet. */
  usable(githubUserId: string): Secret | undefined {
    const known = this.#known.get(githubUserId);
    if (known?.state !== 'given') return undefined;
    const isUsable = this.#age(known) >= 0 && this.#now() < known.usableUntil;
    return isUsable ? known.token : undefined;
  }

  /** What Keycloak has said so lately that it would say the same again. */
  recent(githubUserId: string): Known | undefined {
    const known = this.#known.get(githubUserId);
    if (known === undefined) return undefined;
    if (known.state === 'failing')
      return backoffRemaining(known.failure, this.#now()) > 0 ? known : undefined;
    const age = this.#age(known);
    return age >= 0 && age < (known.state === 'given' ? RECENT_MS : LOST_PAUSE_MS) ? known : undefined;
  }

  /** Tokens of a new sign-in, or that Keycloak has answered with. */
  given(githubUserId: string, { accessToken: token, expiresAt = Infinity }: GithubTokens): Known {
    const before = this.#known.get(githubUserId);
    const askedAt = this.#now();
    const wasRefused = before !== undefined && isRefused(before, token);
    const usableUntil = Math.max(expiresAt - MARGIN_MS, askedAt + RECENT_MS);
    return this.#keep(githubUserId, { state: 'given', token, askedAt, usableUntil, wasRefused });
  }

  /** Takes note of an answer. @returns what is known now. */
  answered(githubUserId: string, answer: BrokerAnswer): Known {
    const before = this.#known.get(githubUserId);
    if (answer.outcome === 'given') {
      const { accessToken } = answer.tokens;
      if (before?.state === 'given' && !before.token.equals(accessToken)) this.#refreshedAt = this.#now();
      return this.given(githubUserId, answer.tokens);
    }
    const { outcome } = answer;
    if (before?.state === 'lost' && before.loss === outcome) return this.#lost(githubUserId, before);
    const previous = before?.state === 'failing' && before.outcome === outcome ? before : undefined;
    if (previous !== undefined && this.#isLoss(previous))
      return this.#loses(githubUserId, { loss: previous.outcome });
    const error = 'error' in answer ? answer.error : new Error(LOSSES.without_token);
    this.#log.warn(
      { err: error, github_user_id: githubUserId },
      'Keycloak does not give the GitHub token of a user; asked again after a pause',
    );
    const failure = nextFailure(previous?.failure, this.#now());
    const since = previous?.since ?? this.#now();
    return this.#keep(githubUserId, { state: 'failing', outcome, since, failure, error });
  }

  /** GitHub refuses a token that Keycloak has only just given. */
  refused(githubUserId: string, token: Secret): void {
    const before = this.#known.get(githubUserId);
    if (before !== undefined && isRefused(before, token))
      this.#lost(githubUserId, { loss: 'refused', token });
    else this.#loses(githubUserId, { loss: 'refused', token });
  }

  forget(githubUserId: string): void {
    this.#known.delete(githubUserId);
  }

  /**
   * Whether what fails again is lost. That there is no token where one should be could be an answer of somebody in between,
   * once. A failure says nothing while GitHub may be away; that Keycloak has refreshed others meanwhile shows that it is not.
   */
  #isLoss(failing: Failing): failing is Failing & { readonly outcome: Loss } {
    if (failing.outcome === 'without_token') return true;
    return failing.outcome === 'failed' && this.#refreshedAt > failing.since;
  }

  /** One line for each loss, however often the user comes. */
  #loses(githubUserId: string, lost: Pick<Lost, 'loss' | 'token'>): Known {
    this.#log.warn({ github_user_id: githubUserId }, `${LOSSES[lost.loss]}; they have to sign in again`);
    return this.#lost(githubUserId, lost);
  }

  #lost(githubUserId: string, { loss, token }: Pick<Lost, 'loss' | 'token'>): Known {
    const askedAt = this.#now();
    return this.#keep(githubUserId, { state: 'lost', loss, askedAt, ...(token && { token }) });
  }

  #keep(githubUserId: string, known: Known): Known {
    this.#known.set(githubUserId, known);
    return known;
  }

  /** Below zero after a clock was set back: then nothing is known of it. */
  #age({ askedAt }: Given | Lost): number {
    return this.#now() - askedAt;
  }
}

function isRefused(known: Known, token: Secret): boolean {
  if (known.state === 'failing' || known.token?.equals(token) !== true) return false;
  return known.state === 'lost' || known.wasRefused;
}
