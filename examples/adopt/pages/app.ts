import { fileURLToPath } from 'node:url';
import flash from 'connect-flash';
import cookieParser from 'cookie-parser';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import session from 'express-session';
import helmet from 'helmet';
import hpp from 'hpp';
import methodOverride from 'method-override';
import passport from 'passport';
import { csrfToken, onForgery, withoutForgery } from './forgery.ts';
import { notebook } from './notebook.ts';
import { signIn } from './sign-in.ts';

/** A notebook of the classic kind: sessions, passport, forms and views. */
export function makeApp(): Express {
  const app = express();
  app.set('view engine', 'ejs');
  app.set('views', folder('views'));

  app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: true }));
  app.use(currentUser);
  app.use(passport.session());
  app.use(flash());
  app.use(cookieParser());
  app.use(hpp());
  app.use(express.urlencoded({ extended: false }));
  app.use(methodOverride((req) => (req.body as { _method?: string } | undefined)?._method ?? req.method));
  app.use(withoutForgery);
  app.use(express.static(folder('public')));
  app.use(helmet());

  app.get('/', (_req, res) => res.render('home'));
  app.use(signIn());
  app.use('/notes', notebook());

  app.use((_req, res) => res.status(404).render('message', { text: 'There is no such page.' }));
  app.use(onError);
  app.use(onForgery);
  return app;
}

/** What every view shows. */
const currentUser: RequestHandler = (req, res, next) => {
  res.locals.user = req.user;
  res.locals.csrfToken = () => csrfToken(req, res);
  next();
};

const onError: ErrorRequestHandler = (error: Error, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  res.status(500).render('message', { text: 'Something went wrong.' });
};

function folder(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
