import { randomBytes } from 'node:crypto';
import type { FakeGitHubBehavior } from './behavior.ts';

interface IssuedToken {
  readonly login: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;
  /** A personal access token belongs to no app. */
  readonly kind: 'personal' | 'user-to-server';
}

interface IssuedRefreshToken {
  readonly login: string;
  readonly accessToken: string;
  readonly expiresAt: number;
}

/** What `POST /login/oauth/access_token` answers on success. */
export interface TokenPair {
  readonly access_token: string;
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly refresh_token_expires_in?: number;
  readonly scope: string;
  readonly token_type: 'bearer';
}

/** Whom a token speaks for. */
export interface TokenHolder {
  readonly login: string;
  readonly kind: 'personal' | 'user-to-server';
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;
}

/** Every token that the fake has handed out, and which of them still live. */
export class Tokens {
  readonly #behavior: FakeGitHubBehavior;
  readonly #now: () => number;
  readonly #access = new Map<string, IssuedToken>();
  readonly #refresh = new Map<string, IssuedRefreshToken>();
  readonly #spent = new Set<string>();
  #reusedRefreshTokens = 0;

  constructor(behavior: FakeGitHubBehavior, now: () => number) {
    this.#behavior = behavior;
    this.#now = now;
  }

  /** How often a refresh token that had already been used was presented: a client that races with itself. */
  get reusedRefreshTokens(): number {
    return this.#reusedRefreshTokens;
  }

  issuePersonal(login: string): string {
    const token = `ghp_${random(36)}`;
    this.#access.set(token, { login, issuedAt: this.#now(), expiresAt: undefined, kind: 'personal' });
    return token;
  }

  issuePair(login: string): TokenPair {
    const { accessTokenLifetimeSeconds, refreshTokenLifetimeSeconds, expiringTokens } = this.#behavior;
    const issuedAt = this.#now();
    const accessToken = `ghu_${random(36)}`;
    this.#access.set(accessToken, {
      login,
      issuedAt,
      expiresAt: expiringTokens ? issuedAt + accessTokenLifetimeSeconds * 1000 : undefined,
      kind: 'user-to-server',
    });
    const pair: TokenPair = { access_token: accessToken, scope: '', token_type: 'bearer' };
    if (!expiringTokens) return pair;

    const refreshToken = `ghr_${random(76)}`;
    this.#refresh.set(refreshToken, {
      login,
      accessToken,
      expiresAt: issuedAt + refreshTokenLifetimeSeconds * 1000,
    });
    return {
      ...pair,
      expires_in: accessTokenLifetimeSeconds,
      refresh_token: refreshToken,
      refresh_token_expires_in: refreshTokenLifetimeSeconds,
    };
  }

  /** A new pair for a refresh token that lives; the old pair dies with this call. `undefined`: a bad token. */
  rotate(refreshToken: string): TokenPair | undefined {
    if (this.#spent.has(refreshToken)) this.#reusedRefreshTokens++;
    const issued = this.#refresh.get(refreshToken);
    if (issued === undefined || issued.expiresAt <= this.#now()) return undefined;
    this.#refresh.delete(refreshToken);
    this.#spent.add(refreshToken);
    this.#access.delete(issued.accessToken);
    return this.issuePair(issued.login);
  }

  /** Whom an access token speaks for, or `undefined` if it is unknown, expired, revoked or rotated away. */
  holder(accessToken: string): TokenHolder | undefined {
    const issued = this.#access.get(accessToken);
    if (issued === undefined) return undefined;
    return issued.expiresAt !== undefined && issued.expiresAt <= this.#now() ? undefined : issued;
  }

  /** Like {@link Tokens.holder}, but a token so new that not every replica knows it is not found yet. */
  holderAtReplica(accessToken: string): TokenHolder | undefined {
    const holder = this.holder(accessToken);
    const lag = holder?.kind === 'user-to-server' ? this.#behavior.replicaLagMs : 0;
    return holder !== undefined && this.#now() < holder.issuedAt + lag ? undefined : holder;
  }

  /** Kills one access token, of whatever kind. */
  revoke(accessToken: string): void {
    this.#access.delete(accessToken);
  }

  /** Kills every token that the app holds for this user. Personal access tokens live on. */
  revokeGrant(login: string): void {
    for (const [token, issued] of this.#access) {
      if (issued.login === login && issued.kind === 'user-to-server') this.#access.delete(token);
    }
    for (const [token, issued] of this.#refresh) {
      if (issued.login === login) this.#refresh.delete(token);
    }
  }

  /** Whether the app holds a token or a refresh token for this user that still lives. */
  hasGrant(login: string): boolean {
    const alive = [...this.#access].some(
      ([token, { kind }]) => kind === 'user-to-server' && this.holder(token)?.login === login,
    );
    return alive || [...this.#refresh.values()].some((issued) => issued.login === login);
  }
}

/** So many random characters of those that GitHub's tokens are made of. */
function random(length: number): string {
  return randomBytes(length * 2)
    .toString('base64')
    .replace(/[+/=]/g, '')
    .slice(0, length);
}
