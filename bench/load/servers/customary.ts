/** The same job as it is done with the customary middleware, each as its README shows it. */
import { randomBytes } from 'node:crypto';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import helmet from 'helmet';
import passport from 'passport';
import { showSettings } from '../../../lib/oss/settings/settings.ts';
import { takePart } from '../server-side.ts';
import { openStore, settingsOf, USERS } from '../users.ts';

interface User {
  readonly id: string;
}

const documents = openStore();
const accounts = new Map(USERS.map((id) => [id, { id }]));
const sessions = new session.MemoryStore();
const secret = randomBytes(32).toString('hex');

passport.serializeUser((user, done) => done(null, (user as User).id));
passport.deserializeUser((id: string, done) => done(null, accounts.get(id) ?? false));

const app = express();
app.use(helmet());
app.use(cors({ origin: ['https://app.example.com'], credentials: true }));
app.use(cookieParser(secret));
app.use(session({ secret, store: sessions, resave: false, saveUninitialized: false }));
app.use(passport.initialize());
app.use(passport.session());
app.use(
  '/api',
  ...[1_000, 60_000].map((windowMs) =>
    rateLimit({
      windowMs,
      limit: 1e9,
      keyGenerator: ({ user, ip }) => (user as User | undefined)?.id ?? ip ?? '',
    }),
  ),
);
app.use(express.json());
app.post('/sign-in/:id', (req, res, next) => {
  const account = accounts.get(req.params.id);
  if (account === undefined) res.status(404).end();
  else req.login(account, (error: unknown) => (error ? next(error) : res.end()));
});
app.get('/api/settings', async (req, res) => {
  if (!req.isAuthenticated()) {
    res.status(401).json({ error: 'User is not authenticated' });
    return;
  }
  const settings = await settingsOf(documents, (req.user as User).id).load();
  if (settings === undefined) res.status(404).end();
  else res.json(showSettings(settings, true));
});

await takePart(app, await signIn());

/** @returns the cookie of each user. */
async function signIn(): Promise<string[]> {
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const cookies = await Promise.all(
    USERS.map(async (id) => {
      const { headers } = await fetch(`http://127.0.0.1:${port}/sign-in/${id}`, { method: 'POST' });
      return headers.getSetCookie()[0]?.split(';')[0] ?? '';
    }),
  );
  server.closeAllConnections();
  server.close();
  return cookies;
}
