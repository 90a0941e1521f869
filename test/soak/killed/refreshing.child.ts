/**
 * Signs users in and refreshes their tokens until it is killed: `<folder> <GitHub> <its API> <milliseconds its clock is
 * ahead> <login=id>...`. Says `ready`, and then what it begins and what it has done: `refresh octocat`, `done octocat`.
 */
import { pino } from 'pino';
import { GitHubOAuthClient } from '../../../lib/enterprise/github/github-oauth-client.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { GithubTokenManager } from '../../../lib/enterprise/tokens/github-token-manager.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { FAKE_APP } from '../../../lib/testing/fake-github/app.ts';

const [folder = '', baseUrl = '', apiUrl = '', aheadMs = '', ...users] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const now = (): number => Date.now() + Number(aheadMs);
const { clientId, clientSecret } = FAKE_APP;
const oauth = new GitHubOAuthClient({
  clientId,
  clientSecret: new Secret(clientSecret),
  baseUrl,
  apiUrl,
  now,
});
const manager = new GithubTokenManager({
  documents: new JsonFileStore({ path: folder, log }),
  oauth,
  encryption: new DocumentCipher(parseEncryptionKeys(process.env.TOKEN_ENCRYPTION_KEYS ?? '')),
  log,
  now,
});

/** What a browser and the callback do. */
async function signIn(login: string, id: string): Promise<void> {
  const redirectUri = 'http://localhost/callback';
  const form = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, login });
  const answer = await fetch(`${baseUrl}/login/oauth/authorize`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  await manager.store(id, await oauth.exchange({ code: new Secret(code), codeVerifier: '', redirectUri }));
}

/** The tokens have expired when they come, so every call of `token` is a refresh. */
async function useTokens(login: string, id: string, first: number): Promise<never> {
  for (let round = first; ; round += 1) {
    const what = round % 4 === 3 ? 'sign-in' : 'refresh';
    console.log(`${what} ${login}`);
    if (what === 'sign-in') await signIn(login, id);
    else await manager.token(id);
    console.log(`done ${login}`);
  }
}

console.log('ready');
await Promise.all(
  users.map((user, index) => {
    const [login = '', id = ''] = user.split('=');
    // So that somebody signs in at once.
    return useTokens(login, id, index + 1);
  }),
);
