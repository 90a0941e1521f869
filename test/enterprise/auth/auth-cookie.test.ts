import assert from 'node:assert/strict';
import { parseSetCookie } from 'cookie';
import express from 'express';
import request from 'supertest';
import { AuthCookie } from '../../../lib/enterprise/auth/auth-cookie.ts';
import { PublicAddress } from '../../../lib/enterprise/auth/public-address.ts';
import { SessionLifetime } from '../../../lib/enterprise/auth/session-lifetime.ts';
import { SignedValues } from '../../../lib/enterprise/auth/signed-values.ts';
import { Secret } from '../../../lib/oss/secret.ts';

describe('AuthCookie', () => {
  const session = { github_user_id: '583231', generation: 'one' };
  const values = new SignedValues({
    secrets: [new Secret('a secret of at least 32 characters')],
    now: () => 1_000_000,
  });

  function site({ publicUrl, trustProxy = false }: { publicUrl?: string; trustProxy?: boolean } = {}) {
    const address = new PublicAddress(publicUrl === undefined ? undefined : new URL(publicUrl));
    const authCookie = new AuthCookie({
      values,
      address,
      lifetime: new SessionLifetime({ ttlMs: 60_000, now: () => 1_000_000 }),
    });
    const app = express().set('trust proxy', trustProxy);
    app.get('/read', (req, res) => void res.json(authCookie.read(req)));
    app.get('/set', (req, res) => {
      authCookie.set(req, res, session);
      res.end();
    });
    app.get('/clear', (req, res) => {
      authCookie.clear(req, res);
      res.end();
    });
    return app;
  }

  async function cookieFrom(app: express.Express, path: string, headers: Record<string, string> = {}) {
    const { headers: answered } = await request(app).get(path).set(headers);
    const [line] = answered['set-cookie'] as unknown as string[];
    return parseSetCookie(line!);
  }

  it('is openhands_auth over HTTP: HttpOnly, Lax, for the whole host, for as long as the session', async () => {
    const { value, expires, ...attributes } = await cookieFrom(site(), '/set');
    assert.ok(value && expires);
    assert.deepEqual(
      { ...attributes },
      {
        name: 'openhands_auth',
        maxAge: 60,
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
      },
    );
  });

  for (const [how, app, headers] of [
    ['by PUBLIC_URL', site({ publicUrl: 'https://openhands.example' }), {}],
    ['by a trusted proxy', site({ trustProxy: true }), { 'X-Forwarded-Proto': 'https' }],
  ] as const) {
    it(`is __Host-openhands_auth and Secure over HTTPS, ${how}`, async () => {
      const { name, path, secure, domain } = await cookieFrom(app, '/set', headers);
      assert.deepEqual(
        { name, path, secure, domain },
        {
          name: '__Host-openhands_auth',
          path: '/',
          secure: true,
          domain: undefined,
        },
      );
    });
  }

  it('does not believe a proxy that is not trusted', async () => {
    const { name, secure } = await cookieFrom(site(), '/set', { 'X-Forwarded-Proto': 'https' });
    assert.deepEqual({ name, secure }, { name: 'openhands_auth', secure: undefined });
  });

  it('is read back', async () => {
    const { name, value } = await cookieFrom(site(), '/set');
    const { body } = await request(site())
      .get('/read')
      .set('Cookie', `other=1; ${name}=${encodeURIComponent(value!)}`);
    assert.deepEqual(body, {
      kind: 'genuine',
      claims: { ...session, issued_at: 1_000_000, ends_at: 1_060_000, began_at: 1_000_000 },
    });
  });

  it('holds no token, and no more than who, when and what for', async () => {
    const { value } = await cookieFrom(site(), '/set');
    const content = JSON.parse(Buffer.from(value!.split('.')[0]!, 'base64url').toString()) as object;
    assert.deepEqual(Object.keys(content).sort(), [
      'ends_at',
      'generation',
      'github_user_id',
      'issued_at',
      'purpose',
    ]);
  });

  it('is absent without a cookie, and without one of its name', async () => {
    for (const cookie of ['', 'other=1', 'openhands_auth=', 'xopenhands_auth=1']) {
      const { body } = await request(site()).get('/read').set('Cookie', cookie);
      assert.deepEqual(body, { kind: 'absent' }, cookie);
    }
  });

  it('is refused when it is for another purpose, of the wrong shape, or nonsense', async () => {
    const swapped = values.write('oauth-flow', session, 60_000);
    const shapeless = values.write('openhands_auth', { github_user_id: '../1', generation: 'one' }, 60_000);
    for (const value of [swapped, shapeless, 'nonsense', '"quoted"', 's%3Aa.b']) {
      const { body } = await request(site())
        .get('/read')
        .set('Cookie', `openhands_auth=${encodeURIComponent(value)}`);
      assert.deepEqual(body, { kind: 'refused' }, value);
    }
  });

  it('is genuine if any of several of its name is, in whatever order they come', async () => {
    const good = values.write('openhands_auth', session, 60_000);
    const other = values.write('openhands_auth', { ...session, github_user_id: '1' }, 60_000);
    const read = async (...sent: string[]) => {
      const cookie = sent.map((value) => `openhands_auth=${encodeURIComponent(value)}`).join('; ');
      const { body } = await request(site()).get('/read').set('Cookie', cookie);
      return body as { kind: string; claims: typeof session; others?: (typeof session)[] };
    };
    for (const sent of [
      ['stale', good],
      [good, 'stale'],
      ['', good],
      [good, good],
    ]) {
      const { kind, claims, others } = await read(...sent);
      assert.deepEqual([kind, claims.github_user_id, others], ['genuine', '583231', undefined]);
    }
    const both = await read(other, 'stale', good);
    assert.equal(both.claims.github_user_id, '1');
    assert.deepEqual(
      both.others?.map((it) => it.github_user_id),
      ['583231'],
    );
  });

  it('is looked at once for each session, however often it is sent, and for no more than five', async () => {
    const signed = (generation: string, ttl = 60_000) =>
      values.write('openhands_auth', { github_user_id: '7', generation }, ttl);
    const read = async (sent: readonly string[]) => {
      const cookie = sent.map((value) => `openhands_auth=${encodeURIComponent(value)}`).join('; ');
      const { body } = await request(site()).get('/read').set('Cookie', cookie);
      const { claims, others = [] } = body as { claims: typeof session; others?: (typeof session)[] };
      return [claims, ...others].map(({ generation }) => generation);
    };
    const often = Array.from({ length: 20 }, (_, n) => signed('one', 60_000 + n));
    assert.deepEqual(await read([...often, signed('two')]), ['one', 'two']);
    const many = Array.from({ length: 9 }, (_, n) => signed(String(n)));
    assert.deepEqual(await read(many), ['0', '1', '2', '3', '4']);
  });

  it('over HTTPS is taken from the name that only this host can set', async () => {
    const { value } = await cookieFrom(site(), '/set');
    const { body } = await request(site({ publicUrl: 'https://openhands.example' }))
      .get('/read')
      .set('Cookie', `openhands_auth=${encodeURIComponent(value!)}`);
    assert.deepEqual(body, { kind: 'absent' });
  });

  it('is cleared under the name and with the attributes it was set with', async () => {
    const { expires, ...attributes } = await cookieFrom(
      site({ publicUrl: 'https://openhands.example' }),
      '/clear',
    );
    assert.equal(expires?.getTime(), 0);
    assert.deepEqual(
      { ...attributes },
      {
        name: '__Host-openhands_auth',
        value: '',
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'lax',
      },
    );
  });
});
