import { performance } from 'node:perf_hooks';
import type { CustomFetch } from 'openid-client';
import { boundedBody } from '../../oss/bounded-body.ts';
import { withDeadline } from '../../oss/github/deadline.ts';

const LARGEST_ANSWER_BYTES = 1024 * 1024;
/** Statuses whose answers have no body (Fetch, section 2.2.3). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

export interface KeycloakFetchOptions {
  /** Where this server reaches Keycloak: `KEYCLOAK_SERVER_URL`. */
  readonly serverUrl: string;
  /** What Keycloak calls itself towards browsers: `KEYCLOAK_SERVER_URL_EXT`. */
  readonly externalUrl: string;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
  /** Told of each request how long it took, and the status; undefined when there was no whole answer. */
  readonly onAnswer?: ((url: string, status: number | undefined, seconds: number) => void) | undefined;
}

/**
 * `fetch` for Keycloak: bounded in time and in size, without redirects, and at the address at which this server reaches it,
 * whichever of its two addresses Keycloak has named.
 */
export function keycloakFetch({
  serverUrl,
  externalUrl,
  timeoutMs,
  onAnswer,
}: KeycloakFetchOptions): CustomFetch {
  return async (url, { signal, ...init }) => {
    const start = performance.now();
    let status: number | undefined;
    try {
      const answer = await withDeadline(timeoutMs, signal, (deadline) =>
        // With some peers Node 20 never settles a fetch, in spite of its signal.
        Promise.race([aborted(deadline), ask(inside(url), { ...init, signal: deadline } as RequestInit)]),
      );
      status = answer.status;
      return answer;
    } finally {
      onAnswer?.(url, status, (performance.now() - start) / 1000);
    }
  };

  function inside(url: string): string {
    return url.startsWith(`${externalUrl}/`) ? serverUrl + url.slice(externalUrl.length) : url;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  const { status, headers, body } = await fetch(url, { ...init, redirect: 'manual' });
  const bytes = await boundedBody(body, LARGEST_ANSWER_BYTES, 'Keycloak');
  return new Response(WITHOUT_BODY.has(status) ? null : bytes, { status, headers });
}
