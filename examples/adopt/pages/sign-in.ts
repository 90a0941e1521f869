// Declares `req.flash`.
import type {} from 'connect-flash';
import express, { type RequestHandler, Router } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-local';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way to say what a user of passport is
  namespace Express {
    interface User {
      readonly name: string;
    }
  }
}

const PASSWORDS = new Map([
  ['ada', 'engine'],
  ['grace', 'nanosecond'],
]);

passport.use(
  new Strategy((name, password, done) => {
    const isRight = PASSWORDS.get(name) === password;
    done(null, isRight ? { name } : false, { message: 'Name and password do not fit.' });
  }),
);
passport.serializeUser<string>((user, done) => done(null, user.name));
passport.deserializeUser<string>((name, done) => done(null, { name }));

/** Routes to sign in and out. */
export function signIn(): Router {
  const router = Router();
  router.get('/sign-in', (req, res) => {
    // Nobody is to lay another page over the password.
    res.set('X-Frame-Options', 'DENY');
    res.render('sign-in', { errors: req.flash('error') });
  });
  router.post(
    '/sign-in',
    express.urlencoded({ extended: true }),
    passport.authenticate('local', { failureRedirect: '/sign-in', failureFlash: true }) as RequestHandler,
    (_req, res) => res.redirect('/notes'),
  );
  router.post('/sign-out', (req, res, next) => {
    req.logout((error) => {
      if (error) next(error);
      else res.redirect('/');
    });
  });
  return router;
}

/** Sends those who are not signed in to do so. */
export const requireUser: RequestHandler = (req, res, next) => {
  if (req.isAuthenticated()) next();
  else res.redirect('/sign-in');
};
