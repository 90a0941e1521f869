import type { FakeGitHub } from '../lib/testing/index.ts';

/**
 * Signs a user in, saves a personal access token of theirs in Settings, and signs them out. From then on each of their
 * requests has two identities, the session and that token: a conflict for the stack to show. One such request is made here.
 */
export async function saveToken(address: string, github: FakeGitHub, login: string): Promise<void> {
  const flow = await fetch(`${address}/oauth/github/authorize`, { redirect: 'manual' });
  const callback = await github.authorize(flow.headers.get('location') ?? '', login);
  const signedIn = await fetch(callback, { headers: { cookie: cookiesOf(flow) }, redirect: 'manual' });
  const headers = { cookie: cookiesOf(signedIn), 'content-type': 'application/json' };
  const body = JSON.stringify({ github_token: github.addPersonalAccessToken(login) });
  const saved = await fetch(`${address}/api/settings`, { method: 'POST', headers, body });
  if (!saved.ok) throw new Error(`The demo could not save a token of ${login}: ${await saved.text()}`);
  await fetch(`${address}/api/settings`, { headers });
  await fetch(`${address}/api/logout`, { method: 'POST', headers });
}

/** The cookies that an answer sets, as the next request sends them. */
function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
