/** Everything that browsers ask of the Enterprise edition, right and wrong, with something secret in all of it. */
import request, { type Response, type Test } from 'supertest';
import type { FakeGitHub } from '../../../lib/testing/index.ts';

export interface Scene {
  /** Where the server is. */
  readonly url: string;
  readonly github: FakeGitHub;
  /** Called with every answer, at once. */
  readonly look: (answer: Response) => Promise<void> | void;
}

export type Browser = ReturnType<typeof request.agent>;

/** What is secret and neither made by GitHub nor by the server, but sent by a user. */
export const USER_SECRETS = {
  apiKey: 'sk-users-own-model-key-4711',
  mistyped: 'ghp_mistypedMistypedMistypedMistyped0000',
} as const;

const READS = [
  '/api/options/config',
  '/api/options/models',
  '/api/settings',
  '/api/github/user',
  '/api/github/repositories',
  '/api/github/repositories?installation_id=1',
  '/api/github/installations',
  '/api/github/search/repositories?query=Hello',
  '/api/github/search/repositories',
  '/api/github/suggested-tasks',
  '/api/nowhere',
  '/ready',
  '/saas',
  '/internal/metrics',
];

/** Goes to GitHub and comes back; then comes back once more with the same code, as after a reload. */
export async function signIn({ url, github, look }: Scene, browser: Browser): Promise<void> {
  const begun = await browser.get('/oauth/github/authorize?return_to=/settings');
  const callback = new URL(await github.authorize(begun.headers.location!, 'octocat'));
  const path = callback.pathname + callback.search;
  await look(begun);
  await look(await request(url).get(path));
  await look(await browser.get(path));
  await look(await browser.get(path).set('Accept', 'text/html'));
  await look(await browser.get(`${path}&error=redirect_uri_mismatch`));
}

/**
 * One of everything. It ends with a sign-out everywhere.
 *
 * @param browser - of a user who is signed in
 */
export async function everything(scene: Scene, browser: Browser): Promise<void> {
  const { url, github, look } = scene;
  const token = github.addPersonalAccessToken('octocat');
  const settings = { llm_api_key: USER_SECRETS.apiKey, github_token: token };
  const webhook = github.revocationWebhook('monalisa');
  const post = (path: string): Test => browser.post(path);
  const json = (text: string): Test => post('/api/settings').type('json').send(text);
  for (const path of READS) await look(await browser.get(path));
  for (const test of [
    post('/api/settings').send(settings),
    post('/api/settings').send({ ...settings, github_token: USER_SECRETS.mistyped }),
    // What is wrong with a body is told; what is in it is not.
    post('/api/settings').send({ llm_api_key: [USER_SECRETS.apiKey], github_token: { token } }),
    json(`{"github_token": "${token}", nonsense`),
    json(`"${token}"`),
    json(token),
    browser.get('/api/settings'),
    post('/api/authenticate'),
    post('/api/settings').set('Origin', 'https://elsewhere.example').send(settings),
    browser.delete('/api/settings').set('Authorization', `Bearer ${token}`),
    request(url).get('/api/settings').set('Cookie', `openhands_auth=${USER_SECRETS.mistyped}.signature`),
    request(url).get(`/oauth/github/callback?code=${USER_SECRETS.mistyped}&state=${'0'.repeat(33)}`),
    post('/integration/github/events').set(webhook.headers).type('json').send(webhook.body),
    post('/integration/github/events')
      .set({ ...webhook.headers, 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` })
      .type('json')
      .send(webhook.body),
  ]) {
    await look(await test);
  }
  await signIn(scene, request.agent(url));
  await look(await post('/api/logout?everywhere=1'));
  await look(await post('/api/logout'));
}
