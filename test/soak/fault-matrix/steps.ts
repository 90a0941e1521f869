/** The steps of sign-in, refresh and sign-out at which the server asks something of GitHub. */
import type { Response } from 'supertest';
import type { TestAgent, TestApp } from '../../../lib/testing/index.ts';

const TOKENS = 'POST /login/oauth/access_token';
const GRANT = 'DELETE /applications/{client_id}/grant';
const HOUR_MS = 3_600_000;

/** The users of a cell, as many as rounds: a user can be signed out everywhere only once. */
export const LOGINS = ['octocat', 'hubot', 'monalisa'] as const;

/** One step, and what a browser does to bring the server there. */
export interface Step {
  readonly title: string;
  /** Where GitHub fails. */
  readonly on: string;
  /** Who may sign in; everybody unless given. */
  readonly allowed?: readonly string[];
  /** What has happened before, while GitHub was well. @returns browsers of {@link LOGINS}, in their order. */
  readonly prepare: (app: TestApp) => Promise<TestAgent[]>;
  /** One request of a browser, and what it was answered with. */
  readonly round: (app: TestApp, browsers: readonly TestAgent[], round: number) => Promise<Response>;
  /** How often a request may ask it of GitHub when all is well; once unless given. */
  readonly calls?: number;
  /** Whether the rounds sign users out; else octocat is to stay signed in, whatever GitHub does. */
  readonly signsOut: boolean;
  /** Whether the answer holds a pair for which GitHub has killed the one before. */
  readonly rotates: boolean;
}

async function everybodySignsIn(app: TestApp): Promise<TestAgent[]> {
  return Promise.all(LOGINS.map((login) => app.agent().signIn(login)));
}

/** Goes to GitHub and comes back with a code, in a new browser. */
async function signIn(app: TestApp, login: string): Promise<Response> {
  const browser = app.agent();
  const { headers } = await browser.get('/oauth/github/authorize');
  const { pathname, search } = new URL(await app.github.authorize(headers.location!, login));
  return browser.get(pathname + search);
}

const signOut = (_app: TestApp, browsers: readonly TestAgent[], round: number): Promise<Response> =>
  browsers[round]!.post('/api/logout?everywhere=1');

export const STEPS: readonly Step[] = [
  {
    title: 'Sign-in: the exchange of the code',
    on: TOKENS,
    prepare: everybodySignsIn,
    round: (app) => signIn(app, 'octocat'),
    signsOut: false,
    rotates: false,
  },
  {
    title: 'Sign-in: who the user is',
    on: 'GET /user',
    prepare: everybodySignsIn,
    round: (app) => signIn(app, 'octocat'),
    // Once more when the session has begun: an older sign-out may have taken the new tokens along.
    calls: 2,
    signsOut: false,
    rotates: false,
  },
  {
    title: 'Sign-in: the grant of somebody who is not on the list goes back',
    on: GRANT,
    allowed: ['octocat'],
    prepare: async (app) => [await app.agent().signIn('octocat')],
    round: (app) => signIn(app, 'monalisa'),
    signsOut: false,
    rotates: false,
  },
  {
    title: 'Refresh: the new pair for an expired token',
    on: TOKENS,
    prepare: everybodySignsIn,
    round: async (app, [browser]) => {
      app.github.advance(9 * HOUR_MS);
      return browser!.get('/api/github/repositories');
    },
    signsOut: false,
    rotates: true,
  },
  {
    title: 'Refresh: a request with a token in the middle of its life',
    on: 'GET /user/repos',
    prepare: everybodySignsIn,
    round: async (app, [browser]) => {
      app.github.advance(HOUR_MS);
      return browser!.get('/api/github/repositories');
    },
    signsOut: false,
    rotates: false,
  },
  {
    title: 'Sign-out everywhere: the grant goes back',
    on: GRANT,
    prepare: everybodySignsIn,
    round: signOut,
    signsOut: true,
    rotates: false,
  },
  {
    title: 'Sign-out everywhere: the refresh that an expired token needs before',
    on: TOKENS,
    prepare: async (app) => {
      const browsers = await everybodySignsIn(app);
      app.github.advance(9 * HOUR_MS);
      return browsers;
    },
    round: signOut,
    signsOut: true,
    rotates: true,
  },
];
