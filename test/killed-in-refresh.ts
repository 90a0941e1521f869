/** A worker that is killed while it refreshes a token, on whatever store the servers are. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import type { FakeGitHub } from '../lib/testing/index.ts';
import { pathOf } from './integration/enterprise-site.ts';
import type { ServerProcess } from './server-process.ts';

/** Of the token that is refreshed: long enough to sign in with it. */
const LIFE_SECONDS = 4;
const ASKS_FOR_TOKEN = '/api/github/installations';

/**
 * Signs octocat in, kills the worker that refreshes the token, and expects that nothing is lost but the answer to the one
 * request that it was to give.
 *
 * @param server - an Enterprise server with two workers, which logs requests.
 */
export async function killInRefresh(github: FakeGitHub, server: ServerProcess): Promise<void> {
  const url = await server.url();
  await server.says(/Worker 2 serves/);
  const cookie = await signInWithExpiredToken(github, url);
  const refreshes = github.calls.refreshes;
  github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'hang' });

  const connection = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await ask(`${url}/api/options/config`, cookie, connection);
    const worker = await workerBehind(server);
    const cut = assert.rejects(ask(url + ASKS_FOR_TOKEN, cookie, connection), { code: 'ECONNRESET' });
    while (github.calls.refreshes === refreshes) await delay(10);
    process.kill(worker, 'SIGKILL');
    await cut;
  } finally {
    connection.destroy();
  }
  github.faults.clear();

  // Whoever holds the dead worker's lock is waited for; a client is told to come back meanwhile.
  const statuses = [await statusOf(url, cookie)];
  while (statuses.at(-1) === 503) statuses.push(await statusOf(url, cookie));
  assert.equal(statuses.at(-1), 200, statuses.join());
  await server.says(/Worker \d serves/, server.output.indexOf('was ended by SIGKILL'));
  // Each worker has its turn, the new one among them.
  for (let times = 0; times < 4; times++) assert.equal(await statusOf(url, cookie), 200);
  assert.equal(github.tokens.reusedRefreshTokens, 0);
  assert.equal(github.calls.refreshes, refreshes + 2);
}

async function signInWithExpiredToken(github: FakeGitHub, url: string): Promise<string> {
  const browser = request.agent(url);
  github.options.accessTokenLifetimeSeconds = LIFE_SECONDS;
  const { headers } = await browser.get('/oauth/github/authorize');
  const answer = await browser.get(pathOf(await github.authorize(headers.location!, 'octocat')));
  github.options.accessTokenLifetimeSeconds = 28_800;
  await delay(LIFE_SECONDS * 1_000);
  return answer
    .get('Set-Cookie')!
    .find((line) => line.startsWith('openhands_auth='))!
    .split(';')[0]!;
}

/** The process that has answered last, as the log has it. */
async function workerBehind(server: ServerProcess): Promise<number> {
  await server.says(/"url":"\/api\/options\/config"/);
  return Number(server.lines.findLast(({ url }) => url === '/api/options/config')?.pid);
}

async function ask(url: string, cookie: string, agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent, headers: { cookie } }), 'response')) as [IncomingMessage];
  await once(response.resume(), 'end');
  return response;
}

/** Of an answer on a connection of its own, which goes to the worker whose turn it is. */
async function statusOf(url: string, cookie: string): Promise<number> {
  return (await fetch(url + ASKS_FOR_TOKEN, { headers: { cookie, connection: 'close' } })).status;
}
