/**
 * The stack of the original server: of its open edition, and of its Enterprise edition outermost `SetAuthCookieMiddleware`,
 * which renews the cookie on the way back, and answers for those whose credentials fail.
 *
 * @see https://github.com/All-Hands-AI/OpenHands/blob/020a38f88db338df18e03d836d7fac41ec50d318/enterprise/server/middleware.py
 */
import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { compose, defineErrorMiddleware, defineMiddleware } from '../../../lib/compose.ts';

declare module '../../../lib/compose.ts' {
  interface RequestState {
    user_auth?: { readonly type: 'cookie' | 'bearer'; readonly refreshed: boolean };
  }
}

class AuthError extends Error {}

/** Sets it on the way back, whatever the routes have said. */
const cacheControl = defineMiddleware({
  name: 'cache-control',
  headers: ['Cache-Control'],
  beforeHeaders(req, res) {
    res.set('Cache-Control', req.originalUrl.startsWith('/assets') ? 'public, immutable' : 'no-store');
  },
});

const rateLimit = defineMiddleware({
  name: 'rate-limit',
  ends: [429],
  handle(req, res, next) {
    if (req.get('X-Flood') === undefined) next();
    else res.status(429).end();
  },
});

/** Who is asking is found out for a route, far behind the outermost middleware. */
const userAuth = defineMiddleware({
  name: 'user-auth',
  writes: ['user_auth'],
  async handle(req, _res, next) {
    await Promise.resolve();
    const auth = req.get('X-Auth') ?? 'cookie';
    if (auth === 'broken') throw new AuthError();
    req.state.user_auth = {
      type: auth === 'bearer' ? 'bearer' : 'cookie',
      refreshed: req.get('X-Refreshed') !== undefined,
    };
    next();
  },
});

const setAuthCookie = defineMiddleware({
  name: 'set-auth-cookie',
  readsAfter: ['user_auth'],
  headers: ['Set-Cookie'],
  beforeHeaders(req, res) {
    const { user_auth: auth } = req.state;
    if (req.get('Cookie') === undefined || auth?.type !== 'cookie') return;
    if (auth.refreshed) res.cookie('keycloak_auth', 'renewed');
  },
});

/** It may stand in the layer on top and still gets the errors of all: the middleware that fails is named. */
const authFailed = defineErrorMiddleware({
  name: 'auth-failed',
  headers: ['Set-Cookie'],
  after: ['user-auth'],
  handle(error, req, res, next) {
    if (!(error instanceof AuthError)) {
      next(error);
      return;
    }
    if (req.get('Cookie') !== undefined) res.clearCookie('keycloak_auth');
    res.status(401).json({ error: 'AuthError' });
  },
});

const stack = compose(
  { oss: [cacheControl, rateLimit, userAuth], enterprise: [setAuthCookie, authFailed] },
  { onConflict: 'error' },
);

describe('The stack of the original server', () => {
  const app = express().use(stack, (_req, res) => void res.set('Cache-Control', 'private').send('routed'));

  const answer = async (headers: Record<string, string>) => {
    const { status, headers: answered } = await request(app).get('/api/user').set(headers);
    return [
      status,
      answered['cache-control'],
      (answered['set-cookie'] as unknown as string[] | undefined)?.join(),
    ];
  };

  it('composes without a finding, and acts on the way back as the original does', () => {
    assert.deepEqual(stack.diagnostics, []);
    assert.deepEqual(
      stack.plan.map(({ name }) => name),
      ['set-auth-cookie', 'cache-control', 'rate-limit', 'user-auth', 'auth-failed'],
    );
    assert.deepEqual(stack.wayBack, {
      beforeHeaders: ['cache-control', 'set-auth-cookie'],
      afterResponse: [],
    });
  });

  it('renews the cookie of who came with one, when it was refreshed further in', async () => {
    const renewed = 'keycloak_auth=renewed; Path=/';
    assert.deepEqual(await answer({ Cookie: 'a=b', 'X-Refreshed': 'yes' }), [200, 'no-store', renewed]);
    assert.deepEqual(await answer({ Cookie: 'a=b' }), [200, 'no-store', undefined]);
    assert.deepEqual(await answer({ 'X-Refreshed': 'yes' }), [200, 'no-store', undefined]);
    const bearer = { Cookie: 'a=b', 'X-Refreshed': 'yes', 'X-Auth': 'bearer' };
    assert.deepEqual(await answer(bearer), [200, 'no-store', undefined]);
  });

  it('acts on the answers that end early and on errors as well, where nobody is known', async () => {
    const flood = { Cookie: 'a=b', 'X-Refreshed': 'yes', 'X-Flood': 'yes' };
    assert.deepEqual(await answer(flood), [429, 'no-store', undefined]);
    const [status, cache, cookie] = await answer({ Cookie: 'a=b', 'X-Refreshed': 'yes', 'X-Auth': 'broken' });
    assert.deepEqual([status, cache], [401, 'no-store']);
    assert.match(String(cookie), /^keycloak_auth=; Path=\/; Expires=Thu, 01 Jan 1970/);
  });
});
