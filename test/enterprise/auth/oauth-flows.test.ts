import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { isStateOfRetry, looksLikeOurState, OAuthFlows } from '../../../lib/enterprise/auth/oauth-flows.ts';
import { PublicAddress } from '../../../lib/enterprise/auth/public-address.ts';
import { SignedValues } from '../../../lib/enterprise/auth/signed-values.ts';
import { Secret } from '../../../lib/oss/secret.ts';

interface Flow {
  state: string;
  codeVerifier: string;
  isRetry: boolean;
  returnTo: string;
}

const MINUTE_MS = 60_000;

describe('OAuthFlows', () => {
  let time: number;
  let app: express.Express;

  beforeEach(() => {
    time = 1_000_000;
    const secrets: [Secret] = [new Secret('a secret of at least 32 characters')];
    const values = new SignedValues({ secrets, now: () => time });
    const flows = new OAuthFlows({ values, address: new PublicAddress(), now: () => time });
    app = express();
    app.get('/begin', (req, res) => {
      res.json(flows.begin(req, res, { isRetry: req.query.retry === '1', returnTo: req.query.to as string }));
    });
    app.get('/finish/:state', async (req, res) => {
      res.json((await flows.finish(req, res, req.params.state)) ?? null);
    });
  });

  async function begin(browser: ReturnType<typeof request.agent>, query = 'to=/'): Promise<Flow> {
    return (await browser.get(`/begin?${query}`)).body as Flow;
  }

  async function finish(browser: ReturnType<typeof request.agent>, state: string): Promise<Flow | null> {
    return (await browser.get(`/finish/${encodeURIComponent(state)}`)).body as Flow | null;
  }

  /** What a browser sends back, by name, after it has heeded these `Set-Cookie` lines. */
  function jarAfter(jar: Map<string, string>, lines: readonly string[]): Map<string, string> {
    const next = new Map(jar);
    for (const line of lines) {
      const [pair = ''] = line.split(';', 1);
      const [name = ''] = pair.split('=', 1);
      if (pair === `${name}=`) next.delete(name);
      else next.set(name, pair);
    }
    return next;
  }

  it('are finished in the browser that began them', async () => {
    const browser = request.agent(app);
    const flow = await begin(browser, 'to=/settings');
    assert.equal(flow.returnTo, '/settings');
    assert.deepEqual(await finish(browser, flow.state), flow);
  });

  it('are unknown to any other browser', async () => {
    const { state } = await begin(request.agent(app));
    assert.equal(await finish(request.agent(app), state), null);
  });

  it('go on side by side, as in two tabs', async () => {
    const browser = request.agent(app);
    const one = await begin(browser, 'to=/one');
    const two = await begin(browser, 'to=/two');
    assert.deepEqual(await finish(browser, one.state), one);
    assert.deepEqual(await finish(browser, two.state), two);
  });

  it('are finished once', async () => {
    const browser = request.agent(app);
    const { state } = await begin(browser);
    await finish(browser, state);
    assert.equal(await finish(browser, state), null);
  });

  it('are finished once, even for a program that sends the cookie again and again', async () => {
    const began = await request(app).get('/begin?to=/');
    const cookie = (began.headers['set-cookie'] as unknown as string[])[0]!.split(';', 1)[0]!;
    const { state } = began.body as Flow;
    const answers = [];
    for (let time = 0; time < 3; time += 1) {
      const { body } = await request(app).get(`/finish/${state}`).set('Cookie', cookie);
      answers.push(body as Flow | null);
    }
    assert.deepEqual(
      answers.map((flow) => flow !== null),
      [true, false, false],
    );
  });

  it('are found behind a cookie of the same name that somebody else has set', async () => {
    const began = await request(app).get('/begin?to=/');
    const cookie = (began.headers['set-cookie'] as unknown as string[])[0]!.split(';', 1)[0]!;
    const { state } = began.body as Flow;
    const [name] = cookie.split('=');
    const { body } = await request(app).get(`/finish/${state}`).set('Cookie', `${name}=planted; ${cookie}`);
    assert.equal((body as Flow).state, state);
  });

  for (const [what, returnTo] of [
    ['long', `/${'a'.repeat(1_023)}`],
    ['full of what JSON escapes', `/?${'\\'.repeat(1_022)}`],
  ] as const) {
    it(`take less than 4 KB of cookies together, though where they lead is ${what}`, async () => {
      let jar = new Map<string, string>();
      const begun: Flow[] = [];
      for (let count = 0; count < 8; count += 1) {
        time += 1_000;
        const { headers, body } = await request(app)
          .get(`/begin?to=${encodeURIComponent(returnTo)}`)
          .set('Cookie', [...jar.values()].join('; '));
        begun.push(body as Flow);
        jar = jarAfter(jar, headers['set-cookie'] as unknown as string[]);
        assert.ok([...jar.values()].join('; ').length < 4_096);
      }
      const last = begun.at(-1)!;
      const { body } = await request(app)
        .get(`/finish/${last.state}`)
        .set('Cookie', [...jar.values()].join('; '));
      assert.deepEqual(body, last);
    });
  }

  it('are over after ten minutes for the browser, and for a server whose clock is ten minutes ahead a while later', async () => {
    const { headers, body } = await request(app).get('/begin?to=/');
    const [line = ''] = headers['set-cookie'] as unknown as string[];
    assert.match(line, /; Max-Age=600;/);
    const { state } = body as Flow;
    const finishWith = async (cookie: string) =>
      (await request(app).get(`/finish/${state}`).set('Cookie', cookie)).body as Flow | null;
    const cookie = line.split(';', 1)[0]!;
    time += 20 * MINUTE_MS;
    assert.equal(await finishWith(cookie), null);
    time -= 1;
    assert.equal((await finishWith(cookie))?.state, state);
    // What a program sends again and again is remembered for as long.
    assert.equal(await finishWith(cookie), null);
  });

  it('are told apart by the whole state, not only by the part that names the cookie', async () => {
    const browser = request.agent(app);
    const { state } = await begin(browser);
    assert.equal(await finish(browser, `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`), null);
  });

  it('drop the oldest when a browser has more than five under way', async () => {
    const browser = request.agent(app);
    const begun: Flow[] = [];
    for (let count = 0; count < 7; count += 1) {
      time += 1_000;
      begun.push(await begin(browser));
    }
    const known = [];
    for (const { state } of begun) known.push((await finish(browser, state)) !== null);
    assert.deepEqual(known, [false, false, true, true, true, true, true]);
  });

  it('have states and verifiers of their own, long enough for RFC 7636', async () => {
    const [one, other] = [await begin(request.agent(app)), await begin(request.agent(app))];
    assert.notEqual(one.state, other.state);
    assert.notEqual(one.codeVerifier, other.codeVerifier);
    assert.match(one.codeVerifier, /^[\w-]{43}$/);
  });

  it('show in the state itself whether they are a second attempt', async () => {
    const { state: first } = await begin(request.agent(app));
    const { state: second, isRetry } = await begin(request.agent(app), 'to=/&retry=1');
    assert.deepEqual([isStateOfRetry(first), isStateOfRetry(second), isRetry], [false, true, true]);
    assert.deepEqual([looksLikeOurState(first), looksLikeOurState(second)], [true, true]);
    for (const foreign of ['', 'xyz', '1', `1${'a'.repeat(31)}`, `2${'a'.repeat(32)}`]) {
      assert.deepEqual([isStateOfRetry(foreign), looksLikeOurState(foreign)], [false, false], foreign);
    }
  });
});
