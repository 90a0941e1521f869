import assert from 'node:assert/strict';
import cookieParser from 'cookie-parser';
import { doubleCsrf } from 'csrf-csrf';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import { slowDown } from 'express-slow-down';
import hpp from 'hpp';
import lusca from 'lusca';
import methodOverride from 'method-override';
import request from 'supertest';
import { declarations } from '../../../lib/compose.ts';
import { get, post, shows } from './shows.ts';
import { watchHandler } from './watch-handler.ts';

const FORM = 'application/x-www-form-urlencoded';

describe('The ready declarations of what protects an app', () => {
  const { doubleCsrfProtection } = doubleCsrf({
    getSecret: () => 'not a secret',
    getSessionIdentifier: () => 'one',
  });
  shows(declarations.csrfCsrf, [doubleCsrfProtection], [get(), post(FORM, 'a=1')], [cookieParser()]);
  shows(
    declarations.lusca,
    [
      lusca({
        csp: { policy: { 'default-src': "'self'" } },
        hsts: { maxAge: 1 },
        nosniff: true,
        p3p: 'NOI',
        referrerPolicy: 'no-referrer',
        xframe: 'DENY',
        xssProtection: true,
      }),
    ],
    [get()],
  );
  shows(
    declarations.luscaCsrf,
    [lusca.csrf()],
    [get(), post(FORM, 'a=1')],
    [session({ secret: 'not a secret', resave: false, saveUninitialized: true })],
  );
  shows(declarations.hpp, [hpp()], [get('/?a=1&a=2'), post(FORM, 'a=1&a=2')], [express.urlencoded()]);
  shows(
    declarations.methodOverride,
    [methodOverride()],
    [(agent) => agent.post('/').set('X-HTTP-Method-Override', 'PUT')],
  );
  shows(
    declarations.expressSlowDown,
    [slowDown({ delayAfter: 1, delayMs: () => 1, validate: false })],
    [get(), get()],
  );

  it('say of express-rate-limit which key it writes', async () => {
    const { keys } = await watchHandler([rateLimit({ validate: false })], [get()]);
    assert.deepEqual(keys, declarations.expressRateLimit.updates);
  });

  it('leave out that hpp changes the query, for Express 5 loses that', async () => {
    const app = express().use(hpp(), (req, res) => void res.json(req.query));
    assert.deepEqual((await request(app).get('/?a=1&a=2')).body, { a: ['1', '2'] });
  });
});
