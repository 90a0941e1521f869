/** `fetch` for an API that may be half down, or behind a proxy of its own mind: bounded in size, and at home. */
import { boundedBody } from '../bounded-body.ts';

/** A page of 100 repositories takes about a tenth of it. */
const LARGEST_ANSWER_BYTES = 5 * 1024 * 1024;
const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks, and reads the whole answer while the signal of `init` holds. The answer comes as text, whatever it calls itself.
 *
 * A redirect is followed with GET and to the same origin only. Another origin would be shown the token, or would not be
 * sent it; then its 401 would look as if the token were dead.
 *
 * @throws what `fetch` throws; Error for a redirect that is not followed, and for an answer that is too large.
 */
export async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  let address = new URL(url);
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(address, { ...init, redirect: 'manual' });
    if (!REDIRECTS.has(response.status)) return readWhole(response);
    await response.body?.cancel();
    const target = targetOf(response, address);
    if (
      target.origin !== address.origin ||
      (init.method ?? 'GET') !== 'GET' ||
      redirects === MOST_REDIRECTS
    ) {
      throw new Error(`GitHub redirects to ${target.origin}, which is not followed.`);
    }
    address = target;
  }
}

function targetOf(response: Response, from: URL): URL {
  const location = response.headers.get('location') ?? '';
  if (!URL.canParse(location, from.href)) throw new Error('GitHub redirects to nowhere.');
  return new URL(location, from);
}

async function readWhole({ status, headers, body, url }: Response): Promise<Response> {
  const bytes = await boundedBody(body, LARGEST_ANSWER_BYTES, 'GitHub');
  const whole = new Response(bytes.length === 0 ? null : bytes, { status, headers });
  whole.headers.set('content-type', 'text/plain; charset=utf-8');
  return Object.defineProperty(whole, 'url', { value: url });
}

/** JSON as what it says, and all else as text. A byte order mark does not matter: `text()` drops it. */
export function parseBody(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
