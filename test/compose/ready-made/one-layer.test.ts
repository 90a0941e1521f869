import assert from 'node:assert/strict';
import compression from 'compression';
import flash from 'connect-flash';
import cookieParser from 'cookie-parser';
import cookieSession from 'cookie-session';
import cors from 'cors';
import { doubleCsrf } from 'csrf-csrf';
import express from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import { slowDown } from 'express-slow-down';
import { body } from 'express-validator';
import helmet from 'helmet';
import hpp from 'hpp';
import { createProxyMiddleware } from 'http-proxy-middleware';
import i18next from 'i18next';
import { handle } from 'i18next-http-middleware';
import lusca from 'lusca';
import methodOverride from 'method-override';
import morgan from 'morgan';
import multer from 'multer';
import passport from 'passport';
import { pinoHttp } from 'pino-http';
import responseTime from 'response-time';
import favicon from 'serve-favicon';
import { compose, declarations, wrap } from '../../../lib/compose.ts';

describe('The ready declarations', () => {
  const csrf = doubleCsrf({ getSecret: () => 'not a secret', getSessionIdentifier: () => 'one' });
  const sessions = wrap(
    session({ secret: 'not a secret', resave: false, saveUninitialized: false }),
    declarations.expressSession,
  );
  const outer = [
    wrap(responseTime(), declarations.responseTime),
    wrap(morgan('tiny'), declarations.morgan),
    wrap(pinoHttp({ enabled: false }), declarations.pinoHttp),
    wrap(compression(), declarations.compression),
    wrap(helmet(), declarations.helmet),
    wrap(cors(), declarations.cors),
    wrap(methodOverride(), declarations.methodOverride),
    wrap(favicon(Buffer.from('an icon')), declarations.serveFavicon),
    wrap(express.static('lib'), declarations.expressStatic),
    wrap(rateLimit({ validate: false }), declarations.expressRateLimit),
    wrap(slowDown({ validate: false }), declarations.expressSlowDown),
  ];
  const inner = [
    wrap(cookieParser(), declarations.cookieParser),
    wrap(express.json(), declarations.expressJson),
    wrap(express.urlencoded(), declarations.expressUrlencoded),
    wrap(express.raw(), declarations.expressRaw),
    wrap(express.text(), declarations.expressText),
    wrap(multer().none(), declarations.multer),
    wrap(hpp(), declarations.hpp),
    wrap(csrf.doubleCsrfProtection, declarations.csrfCsrf),
    wrap(flash(), declarations.connectFlash),
    wrap(body('mail').isEmail(), declarations.expressValidator),
    wrap(
      express.Router().use(OpenApiValidator.middleware({ apiSpec: 'no-such-file.yaml' })),
      declarations.expressOpenapiValidator,
    ),
    wrap(handle(i18next), declarations.i18nextHttpMiddleware),
    wrap(createProxyMiddleware({ target: 'http://localhost' }), declarations.httpProxyMiddleware),
  ];
  const signIn = [
    wrap(passport.initialize(), declarations.passportInitialize),
    wrap(passport.session(), declarations.passportSession),
    wrap(passport.authenticate('session'), declarations.passportAuthenticate),
  ];

  it('stand in one layer without a diagnostic', () => {
    const stack = compose({ base: [...outer, sessions, ...inner, ...signIn] });
    assert.deepEqual(stack.diagnostics, []);
  });

  it('put the protection against forged requests behind the session and the method that it judges by', () => {
    const { plan } = compose({ base: [...inner, sessions, ...signIn, ...outer] });
    const names = plan.map(({ name }) => name);
    const csrfAt = names.indexOf('csrf-csrf');
    for (const name of ['express-session', 'cookie-parser', 'method-override']) {
      assert.ok(names.indexOf(name) < csrfAt, `${name} is behind it`);
    }
  });

  it('put the protection of lusca behind the session and the body, and call two such protections an error', () => {
    const token = wrap(lusca.csrf(), declarations.luscaCsrf);
    const json = wrap(express.json(), declarations.expressJson);
    const { plan } = compose({ base: [token, json, sessions] });
    assert.equal(plan.at(-1)?.name, 'lusca-csrf');
    assert.throws(() => compose({ base: [sessions, token, ...inner] }), /req\.csrfToken/);
    const headers = wrap(lusca({ nosniff: true }), declarations.lusca);
    assert.throws(() => compose({ base: [headers, ...outer] }), /X-Content-Type-Options/);
  });

  it('call it an error when two sessions stand in one layer', () => {
    const cookies = wrap(cookieSession({ secret: 'not a secret' }), declarations.cookieSession);
    assert.throws(() => compose({ base: [cookies, sessions] }), /req\.session/);
  });
});
