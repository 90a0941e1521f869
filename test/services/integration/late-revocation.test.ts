import assert from 'node:assert/strict';
import request from 'supertest';
import { holdAtGitHub, POINTS_OF_A_SIGN_IN, REVOCATION } from '../../github-gate.ts';
import { pathOf } from '../../integration/enterprise-site.ts';
import { engines } from '../engines.ts';
import { SharedSite } from './site.ts';

const NEEDS_TOKEN = '/api/github/repositories';

describe('A sign-out everywhere at one server while the user signs in at another', () => {
  let site: SharedSite;

  afterEach(() => site.close());

  for (const [stores, env] of [
    ['PostgreSQL', () => ({})],
    ['PostgreSQL and Redis', () => ({ REDIS_URL: engines().redis.url })],
  ] as const) {
    it(`leaves them signed in, wherever the sign-in is when GitHub carries it out: ${stores}`, async () => {
      site = await SharedSite.open(engines().postgres, env());
      const [one, other] = await Promise.all([site.start().url(), site.start().url()]);
      for (const [route, when] of POINTS_OF_A_SIGN_IN) {
        const leaving = await site.signIn(one);
        const revocation = holdAtGitHub(site.github, REVOCATION, 'before');
        const signedOut = leaving.browser.post('/api/logout?everywhere=1').then(({ status }) => status);
        await revocation.isThere;

        const browser = request.agent(other);
        const { headers } = await browser.get('/oauth/github/authorize');
        const callback = pathOf(await site.github.authorize(headers.location!, 'octocat'));
        const step = holdAtGitHub(site.github, route, when);
        const answered = browser.get(callback).then((answer) => answer);
        await step.isThere;
        revocation.letGo();
        assert.equal(await signedOut, 200);
        step.letGo();

        // Where it took the new tokens along there is one more redirect, through GitHub and back.
        let answer = await answered;
        if (answer.headers.location?.includes('retry=1')) {
          const again = await browser.get(answer.headers.location);
          answer = await browser.get(pathOf(await site.github.authorize(again.headers.location!, 'octocat')));
        }
        const about = `${when} ${route}`;
        assert.deepEqual([answer.status, answer.headers.location], [302, '/'], about);
        for (const url of [one, other]) {
          const cookie = answer.get('Set-Cookie')!.find((it) => it.startsWith('openhands_auth='))!;
          const { status } = await request(url).get(NEEDS_TOKEN).set('Cookie', cookie.split(';')[0]!);
          assert.equal(status, 200, about);
        }
        assert.equal(site.github.tokens.hasGrant('octocat'), true, about);
      }
    });
  }
});
