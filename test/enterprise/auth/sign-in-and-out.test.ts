import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import type { AllowList } from '../../../lib/enterprise/auth/allow-list.ts';
import type { AuthCookie } from '../../../lib/enterprise/auth/auth-cookie.ts';
import { Sessions } from '../../../lib/enterprise/auth/sessions.ts';
import { type BegunSession, SignIn } from '../../../lib/enterprise/auth/sign-in.ts';
import type { SignInProvider } from '../../../lib/enterprise/auth/sign-in-provider.ts';
import { BadVerificationCodeError } from '../../../lib/enterprise/github/errors.ts';
import { logoutRoutes } from '../../../lib/enterprise/routes/logout.ts';
import { InvalidGitHubTokenError } from '../../../lib/oss/github/errors.ts';
import type { GitHubService } from '../../../lib/oss/github/github-service.ts';
import type { LastProfile } from '../../../lib/oss/profile/last-profile.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { Custody } from '../tokens/custody.ts';

const RESPONSE = { code: new Secret('c'), state: 's', codeVerifier: 'v', redirectUri: 'https://a.example/' };

describe('A sign-out everywhere in one process while the user signs in on another', () => {
  let custody: Custody;
  let user: string;

  beforeEach(async () => {
    custody = await Custody.set();
    user = custody.userId('octocat');
  });
  afterEach(() => custody.close());

  /** One process. @param beforeSession - what happens when the tokens of a sign-in are stored, and its session has not begun. */
  function open(beforeSession: () => Promise<unknown> = () => Promise.resolve()) {
    const sessions = new Sessions({ documents: custody.documents(), now: custody.github.clock.now });
    const tokens = custody.manager();
    const provider = {
      exchange: () =>
        Promise.resolve({
          tokens: custody.issue('octocat'),
          begin: (_user: string, begin: () => Promise<string>) => begin(),
          abandon: () => Promise.resolve(),
          turnAway: () => Promise.resolve(),
        }),
    } as unknown as SignInProvider;
    const signIn = new SignIn({
      provider,
      tokens,
      sessions,
      allowList: { allows: () => Promise.resolve(true) } as unknown as AllowList,
      githubServiceFor: (token) =>
        ({
          getUser: () =>
            custody.worksFor(token) === undefined
              ? Promise.reject(new InvalidGitHubTokenError())
              : Promise.resolve({ id: Number(user), login: 'octocat' }),
        }) as unknown as GitHubService,
      lastProfileOfUser: () => ({ seen: beforeSession }) as unknown as LastProfile,
      replicaLagMs: 0,
      log: custody.log,
    });
    const sign = async () => {
      let session: BegunSession | undefined;
      await signIn.complete(RESPONSE, (begun) => (session = begun));
      return session!;
    };
    return { sessions, tokens, signIn: sign };
  }

  /** @param between - what happens when the sessions have ended, and the tokens are still there. */
  async function signOutEverywhere(
    { sessions, tokens }: ReturnType<typeof open>,
    between: () => Promise<unknown>,
  ) {
    const routes = logoutRoutes({
      authCookie: { clear: () => undefined } as unknown as AuthCookie,
      sessions: {
        isActive: (...args) => sessions.isActive(...args),
        exist: (id) => sessions.exist(id),
        end: async (id) => {
          await sessions.end(id);
          await between();
        },
      },
      tokens,
    });
    const app = express().use((req, _res, next) => {
      Object.assign(req, { state: { github_user_id: user } });
      next();
    }, routes.router);
    await request(app).post('/api/logout?everywhere=1').expect(200);
  }

  it('leaves a sign-in alone that is complete before the tokens go', async () => {
    const [one, other] = [open(), open()];
    await one.signIn();
    let generation = '';
    await signOutEverywhere(one, async () => ({ generation } = await other.signIn()));
    assert.equal(await one.sessions.isActive(user, generation), true);
    assert.equal(custody.worksFor(await one.tokens.token(user)), 'octocat');
    assert.equal(await other.tokens.revocationsWaiting(), 0);
  });

  it('takes the tokens of a sign-in that has no session yet, which is begun afresh', async () => {
    const one = open();
    await one.signIn();
    let isFirst = true;
    const other = open(async () => {
      if (!isFirst) return;
      isFirst = false;
      await signOutEverywhere(one, () => Promise.resolve());
    });
    await assert.rejects(other.signIn(), BadVerificationCodeError);
    const { generation } = await other.signIn();
    assert.equal(await one.sessions.isActive(user, generation), true);
    assert.equal(custody.worksFor(await one.tokens.token(user)), 'octocat');
  });

  it('takes a sign-in along, which is begun afresh, when GitHub carries it out before the session has begun', async () => {
    const one = open(async () => {
      await custody.oauth().revokeGrant(custody.issue('octocat').accessToken);
    });
    await assert.rejects(one.signIn(), InvalidGitHubTokenError);
  });
});
