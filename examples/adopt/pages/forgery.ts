import { doubleCsrf } from 'csrf-csrf';
import type { ErrorRequestHandler } from 'express';
// Declares `req.session`.
import type {} from 'express-session';

const { doubleCsrfProtection, generateCsrfToken, invalidCsrfTokenError } = doubleCsrf({
  getSecret: () => 'keyboard cat',
  getSessionIdentifier: (req) => req.session.id,
  getCsrfTokenFromRequest: (req) => (req.body as { _csrf?: string } | undefined)?._csrf,
  cookieName: 'csrf',
  cookieOptions: { secure: false },
});

/** Lets only those forms through that our own pages have sent. */
export const withoutForgery = doubleCsrfProtection;

/** The token for a form. */
export const csrfToken = generateCsrfToken;

export const onForgery: ErrorRequestHandler = (error, _req, res, next) => {
  if (error !== invalidCsrfTokenError) {
    next(error);
    return;
  }
  res.status(403).render('message', { text: 'Please send the form once more.' });
};
