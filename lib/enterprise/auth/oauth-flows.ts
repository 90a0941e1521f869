/** What this browser knows of its sign-ins under way: one short-lived cookie per flow, so that two tabs work. */
import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import type { SharedCache } from '../redis/shared-cache.ts';
import {
  browserCookieName,
  clearBrowserCookie,
  type CookieRequest,
  type SentCookie,
  sentCookies,
  setBrowserCookie,
} from './browser-cookie.ts';
import type { PublicAddress } from './public-address.ts';
import type { SignedValues } from './signed-values.ts';
import { UsedFlows } from './used-flows.ts';

/** GitHub's codes live this long as well. */
const FLOW_MS = 10 * 60 * 1000;
/** The process that finishes a flow may be this far ahead of the one that began it: five minutes each way. */
const CLOCK_DIFFERENCE_MS = 10 * 60 * 1000;
/** How long a flow's cookie is believed. The browser, by its one clock, drops it before. */
const BELIEVED_MS = FLOW_MS + CLOCK_DIFFERENCE_MS;
/** Flows that a browser may have under way; beginning one more drops the oldest. */
const MOST_FLOWS = 5;
/** Of the cookies of all flows together, as they are sent: servers refuse requests whose headers are too long. */
const MOST_BYTES = 4_000;

const PURPOSE = 'oauth-flow';
const NAME = 'openhands_flow_';
const FLOW_COOKIE = new RegExp(`^(?:__Host-)?(${NAME}[\\w-]{12})$`);
const OUR_STATE = /^[01][\w-]{32}$/;

export interface OAuthFlow {
  /** Unguessable, and bound to this browser by the flow's cookie (RFC 6749, section 10.12). */
  readonly state: string;
  /** RFC 7636, section 4.1. */
  readonly codeVerifier: string;
  /** Whether this flow was begun because the one before came to nothing; there is no third. */
  readonly isRetry: boolean;
  readonly returnTo: string;
}

/**
 * Whether a state that no cookie vouches for comes from a second attempt. The state itself carries that: a
 * browser that keeps no cookies would otherwise be sent to and fro between this server and GitHub for ever.
 * Anybody can make such a state, and all they gain is an error page.
 */
export function isStateOfRetry(state: string): boolean {
  return OUR_STATE.test(state) && state.startsWith('1');
}

/** Whether this server may have made the state, to tell it from that of a client which makes its own links. */
export function looksLikeOurState(state: string): boolean {
  return OUR_STATE.test(state);
}

export interface OAuthFlowsOptions {
  readonly values: SignedValues;
  readonly address: PublicAddress;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Where processes tell each other which flows are finished. */
  readonly shared?: SharedCache | undefined;
}

export class OAuthFlows {
  readonly #values: SignedValues;
  readonly #address: PublicAddress;
  readonly #used: UsedFlows;

  constructor({ values, address, now, shared }: OAuthFlowsOptions) {
    this.#values = values;
    this.#address = address;
    this.#used = new UsedFlows(now, shared);
  }

  begin(
    req: CookieRequest,
    res: Response,
    { isRetry, returnTo }: Pick<OAuthFlow, 'isRetry' | 'returnTo'>,
  ): OAuthFlow {
    const state = `${isRetry ? '1' : '0'}${randomBytes(24).toString('base64url')}`;
    const codeVerifier = randomBytes(32).toString('base64url');
    const value = this.#values.write(
      PURPOSE,
      { state, code_verifier: codeVerifier, is_retry: isRetry, return_to: returnTo },
      BELIEVED_MS,
    );
    const name = cookieName(state);
    const https = this.#address.isHttps(req);
    for (const old of this.#superfluous(req, { name: browserCookieName(name, https), value })) {
      clearBrowserCookie(req, res, this.#address, old);
    }
    setBrowserCookie(req, res, this.#address, { name, value, maxAgeMs: FLOW_MS });
    return { state, codeVerifier, isRetry, returnTo };
  }

  /** The flow that `state` belongs to, if this browser began it; its cookie is cleared, since it is good once. */
  async finish(req: CookieRequest, res: Response, state: string): Promise<OAuthFlow | undefined> {
    if (!OUR_STATE.test(state)) return undefined;
    const content = this.#read(req).find((flow) => flow.content?.state === state)?.content;
    if (content === undefined) return undefined;
    clearBrowserCookie(req, res, this.#address, cookieName(state));
    if (!(await this.#used.use(state, BELIEVED_MS))) return undefined;
    return {
      state,
      codeVerifier: String(content.code_verifier),
      isRetry: content.is_retry === true,
      returnTo: String(content.return_to),
    };
  }

  /** The names of those flows that have to go when one more is begun: what cannot be read, then the oldest. */
  #superfluous(req: CookieRequest, begun: SentCookie): string[] {
    const newestFirst = this.#read(req).sort(
      (one, other) => (other.content?.issued_at ?? 0) - (one.content?.issued_at ?? 0),
    );
    let bytes = bytesOf(begun);
    return newestFirst.flatMap(({ name, sent, content }, index) => {
      bytes += bytesOf(sent);
      const isKept = content !== undefined && index < MOST_FLOWS - 1 && bytes <= MOST_BYTES;
      return isKept ? [] : [name];
    });
  }

  #read(req: CookieRequest) {
    const https = this.#address.isHttps(req);
    return sentCookies(req).flatMap((sent) => {
      const name = FLOW_COOKIE.exec(sent.name)?.[1];
      if (name === undefined || sent.name.startsWith('__Host-') !== https) return [];
      return [{ name, sent, content: this.#values.read(PURPOSE, sent.value) }];
    });
  }
}

function bytesOf({ name, value }: SentCookie): number {
  return `; ${name}=${encodeURIComponent(value)}`.length;
}

/** From the part of the state that is random, but not all of it: the cookie's name is less well guarded than its value. */
function cookieName(state: string): string {
  return `${NAME}${state.slice(1, 13)}`;
}
