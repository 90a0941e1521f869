import flash from 'connect-flash';
import cookieSession from 'cookie-session';
import session from 'express-session';
import passport, { Strategy } from 'passport';
import { declarations } from '../../../lib/compose.ts';
import { get, shows } from './shows.ts';

/** A strategy that signs in the user that the query names. */
class ByQuery extends Strategy {
  override authenticate(req: { query: { user?: string } }): void {
    if (req.query.user === undefined) this.fail('Query');
    else this.success({ name: req.query.user });
  }
}

describe('The ready declarations of sessions', () => {
  const sessions = session({ secret: 'not a secret', resave: false, saveUninitialized: true });
  const auth = new passport.Passport();
  auth.use('query', new ByQuery() as unknown as passport.Strategy);
  auth.serializeUser((user, done) => done(null, user));
  auth.deserializeUser((user: Express.User, done) => done(null, user));

  shows(
    declarations.cookieSession,
    [
      (req, res, next) =>
        void cookieSession({ secret: 'not a secret' })(req, res, () => {
          Object.assign(req.session, { visits: 1 });
          next();
        }),
    ],
    [get()],
  );
  shows(declarations.passportInitialize, [auth.initialize()], [get()]);
  shows(
    declarations.passportSession,
    [auth.session()],
    [get()],
    [
      sessions,
      (req, _res, next) => {
        Object.assign(req.session, { passport: { user: { name: 'ann' } } });
        next();
      },
    ],
  );
  shows(
    declarations.passportAuthenticate,
    [
      auth.authenticate('query') as never,
      auth.authenticate('query', { failureRedirect: '/sign-in' }) as never,
    ],
    [get(), get('/?user=ann')],
    [sessions],
  );
  shows(declarations.connectFlash, [flash()], [get()], [sessions]);
});
