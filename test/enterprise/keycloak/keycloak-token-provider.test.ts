import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { BrokerAnswer } from '../../../lib/enterprise/keycloak/broker-tokens.ts';
import { KeycloakUnavailableError } from '../../../lib/enterprise/keycloak/errors.ts';
import { KeycloakTokenProvider } from '../../../lib/enterprise/keycloak/keycloak-token-provider.ts';
import {
  type GithubTokenProvider,
  SignedOutError,
} from '../../../lib/enterprise/tokens/github-token-provider.ts';
import { GitHubUnavailableError } from '../../../lib/oss/github/errors.ts';
import { Secret } from '../../../lib/oss/secret.ts';

const USER = '583231';
const OTHER = '480938';
const HOUR_MS = 3_600_000;
const AWAY = new KeycloakUnavailableError('answers 502');

/** Keeps what a manager would have from before. */
class Before implements GithubTokenProvider {
  readonly kept = new Map<string, Secret>();
  readonly calls: string[] = [];

  store = () => Promise.reject(new Error('Nothing is stored there.'));
  token = (id: string) => this.#find(id);
  replacementFor = (id: string) => this.#find(id);
  revoke = (id: string) => this.#drop('revoke', id);
  forget = (id: string) => this.#drop('forget', id);
  close = () => Promise.resolve(void this.calls.push('close'));

  #find(id: string): Promise<Secret> {
    const token = this.kept.get(id);
    return token === undefined ? Promise.reject(new SignedOutError()) : Promise.resolve(token);
  }

  #drop(what: string, id: string): Promise<void> {
    this.calls.push(`${what} ${id}`);
    this.kept.delete(id);
    return Promise.resolve();
  }
}

describe('Tokens that Keycloak keeps', () => {
  let time: number;
  let asked: string[];
  let log: string[];
  let before: Before;
  /** Whose grants were not to be given back any more. */
  let calledOff: string[];
  let answer: (githubUserId: string) => BrokerAnswer | Promise<BrokerAnswer>;
  let tokens: KeycloakTokenProvider;

  beforeEach(() => {
    time = 1_700_000_000_000;
    [asked, log, before, calledOff] = [[], [], new Before(), []];
    answer = () => given(`ghu_${asked.length}`);
    tokens = new KeycloakTokenProvider({
      broker: {
        ask: async (githubUserId) => {
          asked.push(githubUserId);
          return answer(githubUserId);
        },
      },
      before,
      grants: {
        signedIn: (id) => Promise.resolve(void calledOff.push(id)),
        close: () => Promise.resolve(),
      },
      log: pino({ level: 'info' }, { write: (line) => log.push(line) }),
      now: () => time,
    });
  });

  function given(token: string, lifetimeMs?: number): BrokerAnswer {
    const expiresAt = lifetimeMs === undefined ? {} : { expiresAt: time + lifetimeMs };
    return { outcome: 'given', tokens: { accessToken: new Secret(token), ...expiresAt } };
  }

  const token = async (id = USER, rejected?: Secret) => (await tokens.token(id, rejected)).reveal();
  const unavailable = (id = USER) => assert.rejects(tokens.token(id), GitHubUnavailableError);
  const signInAgain = (id = USER) => assert.rejects(tokens.token(id), SignedOutError);
  const losses = () => log.filter((it) => it.includes('they have to sign in again'));

  it('are given back to nobody once they are stored, and once their session has begun', async () => {
    const issued = { accessToken: new Secret('ghu_new') };
    await tokens.store(USER, issued);
    assert.deepEqual(calledOff, [USER]);
    await tokens.signedIn(USER, issued);
    assert.deepEqual(calledOff, [USER, USER]);
  });

  it('are asked for once by all who come, and remembered until shortly before their end', async () => {
    answer = () => given(`ghu_${asked.length}`, 8 * HOUR_MS);
    assert.deepEqual(await Promise.all(Array.from({ length: 8 }, () => token())), Array(8).fill('ghu_1'));
    time += 8 * HOUR_MS - 3_001;
    assert.equal(await token(), 'ghu_1');
    time += 1;
    assert.equal(await token(), 'ghu_2');
    assert.deepEqual(asked, [USER, USER]);
  });

  it('are not asked for again and again in the last seconds of one, or with clocks that differ', async () => {
    answer = () => given('ghu_a', -120_000);
    await token();
    time += 4_999;
    await token();
    assert.equal(asked.length, 1);
    time += 1;
    await token();
    assert.equal(asked.length, 2);
  });

  it('are asked for once when they never end, and again when a clock was set back', async () => {
    await token();
    time += 10_000 * HOUR_MS;
    assert.equal(await token(), 'ghu_1');
    time -= 20_000 * HOUR_MS;
    assert.equal(await token(), 'ghu_2');
  });

  it('are asked for when GitHub refuses one, and that a moment ago: another process may have had it replaced', async () => {
    answer = () => given('ghu_0');
    assert.equal(await token(), 'ghu_0');
    answer = () => given('ghu_1');
    assert.equal((await tokens.replacementFor(USER, new Secret('ghu_0')))?.reveal(), 'ghu_1');
    assert.equal(await token(USER, new Secret('ghu_0')), 'ghu_1');
    answer = () => given('ghu_2');
    assert.equal(await token(USER, new Secret('ghu_1')), 'ghu_2');
    assert.equal((await tokens.replacementFor(USER, new Secret('ghu_0')))?.reveal(), 'ghu_2');
    assert.equal(asked.length, 3);
    assert.deepEqual(losses(), []);
  });

  it('are asked for once more by those whose question was under way when another process replaced them', async () => {
    let reply: (answer: BrokerAnswer) => void = () => undefined;
    answer = () => new Promise((resolve) => (reply = resolve));
    const first = token();
    const replacement = tokens.replacementFor(USER, new Secret('ghu_0'));
    await new Promise(setImmediate);
    answer = () => given('ghu_1');
    reply(given('ghu_0'));
    assert.deepEqual([await first, (await replacement)?.reveal()], ['ghu_0', 'ghu_1']);
    assert.equal(asked.length, 2);
  });

  it('are lost when GitHub refuses what Keycloak has just given; that is one line in the log', async () => {
    answer = () => given('ghu_dead');
    for (let n = 0; n < 3; n += 1) {
      assert.equal(await token(), 'ghu_dead');
      await assert.rejects(tokens.replacementFor(USER, new Secret('ghu_dead')), SignedOutError);
      await signInAgain();
      time += 10_000;
    }
    assert.equal(asked.length, 6);
    assert.equal(losses().length, 1);
    assert.match(losses()[0]!, /GitHub refuses the access token that Keycloak gives out/);
    answer = () => given('ghu_new');
    assert.equal(await token(), 'ghu_new');
  });

  it('are unavailable without a token in the answer, and lost when it is so again', async () => {
    answer = () => ({ outcome: 'without_token' });
    await unavailable();
    await unavailable();
    assert.equal(asked.length, 1);
    time += 1_000;
    await signInAgain();
    await signInAgain();
    time += 10_000;
    await signInAgain();
    assert.deepEqual([asked.length, losses().length], [3, 1]);
    answer = () => given('ghu_new');
    await tokens.store(USER, { accessToken: new Secret('ghu_signed_in') });
    assert.equal(await token(), 'ghu_signed_in');
  });

  it('are not lost by one answer without a token among good ones', async () => {
    answer = () => (asked.length % 2 === 1 ? { outcome: 'without_token' } : given('ghu_a', 1));
    for (let n = 0; n < 3; n += 1) {
      await unavailable();
      time += 5_000;
      assert.equal(await token(), 'ghu_a');
      time += 5_000;
    }
    assert.deepEqual(losses(), []);
  });

  it('are unavailable for as long as Keycloak refreshes nobody’s, after pauses that grow', async () => {
    answer = () => ({ outcome: 'failed', error: AWAY });
    for (let n = 0; n < 200; n += 1) {
      await unavailable();
      await unavailable(OTHER);
      time += 10_000;
    }
    // 2,000 seconds for two users; the longest pause is a minute, and none is shorter than half of it.
    assert.ok(asked.length > 60 && asked.length < 180, String(asked.length));
    assert.deepEqual(losses(), []);
    answer = () => given('ghu_a');
    time += 60_000;
    assert.equal(await token(), 'ghu_a');
  });

  it('are lost when Keycloak refreshes those of others meanwhile', async () => {
    await token(OTHER);
    answer = (id) => (id === USER ? { outcome: 'failed', error: AWAY } : given('ghu_refreshed'));
    await unavailable();
    time += 60_000;
    assert.equal(await token(OTHER, new Secret('ghu_1')), 'ghu_refreshed');
    await signInAgain();
    assert.equal(losses().length, 1);
    assert.match(losses()[0]!, /an answer of GitHub was lost, and the pair with it/);
  });

  it('are unavailable when Keycloak cannot be asked, and asked for by the next', async () => {
    answer = () => Promise.reject(new KeycloakUnavailableError('is down'));
    await unavailable();
    await unavailable();
    assert.equal(asked.length, 2);
    answer = () => Promise.reject(new SignedOutError());
    await signInAgain();
  });

  it('stay with the keeper from before until the next sign-in, so that no pair has two keepers', async () => {
    before.kept.set(USER, new Secret('ghu_before'));
    assert.equal(await token(), 'ghu_before');
    const replacement = await tokens.replacementFor(USER, new Secret('ghu_x'));
    assert.equal(replacement?.reveal(), 'ghu_before');
    assert.deepEqual(asked, []);
    await tokens.store(USER, { accessToken: new Secret('ghu_signed_in'), refreshToken: new Secret('ghr_a') });
    assert.deepEqual(before.calls, [`forget ${USER}`]);
    assert.equal(await token(), 'ghu_signed_in');
  });

  it('are forgotten with the user, here and by the keeper from before', async () => {
    await tokens.store(USER, { accessToken: new Secret('ghu_0') });
    await tokens.revoke(USER);
    answer = () => Promise.reject(new SignedOutError());
    await signInAgain();
    await tokens.store(USER, { accessToken: new Secret('ghu_1') });
    await tokens.forget(USER);
    await signInAgain();
    await tokens.close();
    assert.deepEqual(before.calls.slice(1), [`revoke ${USER}`, `forget ${USER}`, `forget ${USER}`, 'close']);
  });
});
