/** Keycloak is killed in the middle of everything, or stands still: what goes on, and that all is well afterwards. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeycloakServer } from '../../../../demo/keycloak/keycloak-server.ts';
import { eventually } from '../../../eventually.ts';
import { FairClock } from '../../../soak/chaos/fair-clock.ts';
import { sharedKeycloak } from '../../engines.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const OCTOCAT = 583231;
const HUBOT = 480938;
const SESSION = `users/github/${OCTOCAT}/keycloak_session.json`;
/** What Keycloak has for an answer. No request of somebody who is signed in waits for that. */
const TIMEOUT_MS = 5_000;
const LOAD_MS = 2_000;
/** Longer than Keycloak is left alone after a failure, and what is queued waits for the next attempt. */
const HEALING_MS = 120_000;

interface Answers {
  readonly statuses: Record<number, number>;
  /** Without what others keep the machine from this process, which is the server as well. */
  longestMs: number;
}

describe('Signed-in users and those who want to be', () => {
  let keycloak: KeycloakServer;
  let site: KeycloakSite;
  let octocat: RealBrowser;
  let hubot: RealBrowser;

  before(async function () {
    this.timeout(600_000);
    keycloak = await sharedKeycloak();
  });

  beforeEach(async () => {
    site = await KeycloakSite.open({
      patience: { timeoutMs: TIMEOUT_MS },
      // No relay in between: what Keycloak's host does is what the server sees.
      env: { KEYCLOAK_CHECK_EVERY: '1s', KEYCLOAK_SERVER_URL: keycloak.url },
    });
    octocat = await site.signedIn('octocat');
    hubot = await site.signedIn('hubot');
  });
  afterEach(() => site.close());

  /** The user goes from page to page until `task` is done. */
  async function whileUsed(task: () => Promise<void>): Promise<Answers> {
    const answers: Answers = { statuses: {}, longestMs: 0 };
    const clock = new FairClock();
    const using = new AbortController();
    const use = async (path: string) => {
      while (!using.signal.aborted) {
        const began = clock.elapsedMs;
        const status = await site.statusOf(octocat, path);
        answers.longestMs = Math.max(answers.longestMs, clock.elapsedMs - began);
        answers.statuses[status] = (answers.statuses[status] ?? 0) + 1;
        await delay(10);
      }
    };
    const users = ['/api/settings', '/api/github/user'].map(use);
    await task().finally(() => using.abort());
    await Promise.all(users);
    clock.end();
    return answers;
  }

  async function isRefused(browser: RealBrowser, address: string): Promise<void> {
    const answer = await browser.fetch(address, { headers: { accept: 'application/json' } });
    const { code, error } = (await answer.json()) as { code: string; error: string };
    assert.deepEqual([answer.status, code], [503, 'keycloak_unavailable']);
    assert.match(error, /^Signing in is not possible right now\./);
  }

  async function readiness(): Promise<unknown> {
    const answer = await fetch(`${site.url}/ready`);
    return [answer.status, await answer.json()];
  }

  const logoutsWaiting = async () =>
    (await site.documents()).filter((key) => key.startsWith('keycloak/logouts/'));

  const ready = (state: string) => [200, { ready: true, checks: { store: 'ok', keycloak: state } }];

  for (const [what, begin, end] of [
    ['is killed', () => keycloak.kill(), () => keycloak.restart()],
    ['stands still', () => keycloak.pause(), () => keycloak.resume()],
  ] as const) {
    it(`are served as before, or told, while Keycloak ${what}; and all is well when it is back`, async () => {
      const callback = ({ pathname }: URL) => pathname === '/oauth/keycloak/callback';
      const monalisa = site.browser();
      const { url } = await monalisa.goTo(`${site.url}/oauth/github/authorize`, 'monalisa', callback);
      const { statuses, longestMs } = await whileUsed(async () => {
        await delay(LOAD_MS);
        await begin();
        try {
          // Who is about to begin, who has come back just now, and who goes.
          await Promise.all([
            isRefused(site.browser(), `${site.url}/oauth/github/authorize`),
            isRefused(monalisa, url.href),
          ]);
          assert.deepEqual(await readiness(), ready('degraded'));
          const out = await hubot.fetch(`${site.url}/api/logout?everywhere=1`, { method: 'POST' });
          assert.equal(out.status, 200);
          assert.equal(await site.statusOf(hubot), 401);
          assert.equal((await logoutsWaiting()).length, 1);
          await delay(LOAD_MS);
        } finally {
          await end();
        }
        await eventually(async () => assert.deepEqual(await readiness(), ready('ok')));
        await site.signIn(monalisa, 'monalisa');
        assert.equal(await site.statusOf(monalisa), 200);
        const { checked_at } = await site.document(SESSION);
        await eventually(async () => {
          const session = await site.document(SESSION);
          assert.notEqual(session.checked_at, checked_at);
          assert.equal(session.unanswered, undefined);
          assert.deepEqual(await logoutsWaiting(), []);
        }, HEALING_MS);
        const names = (await site.realm.sessions()).map(({ username }) => username);
        assert.deepEqual(
          names.filter((name) => name === String(HUBOT) || name === String(OCTOCAT)),
          [String(OCTOCAT)],
        );
      });
      assert.deepEqual(Object.keys(statuses), ['200'], JSON.stringify(statuses));
      assert.equal(longestMs < TIMEOUT_MS, true, `A request took ${Math.round(longestMs)} ms`);
    });
  }
});
