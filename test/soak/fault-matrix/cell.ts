/** One cell of the fault matrix: three requests of a browser while GitHub fails, and what is left when it is well again. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { type TestApp, testApp } from '../../../lib/testing/index.ts';
import { Custody, ENCRYPTION_KEYS } from '../../enterprise/tokens/custody.ts';
import { type FaultName, FAULTS, type Occasion, switchingOn, TIMEOUT_MS } from './faults.ts';
import { LOGINS, type Step } from './steps.ts';

const HOUR_MS = 3_600_000;

export interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly retryAfter: string | undefined;
}

export interface Cell {
  /** What the client got in each round. */
  readonly answers: readonly Answer[];
  /** What the store has after the rounds. */
  readonly stored: Stored;
  /** Requests that GitHub saw at the step, in all rounds. */
  readonly calls: number;
  /** How often GitHub was shown a refresh token that it had rotated before. */
  readonly reused: number;
  /** With GitHub well again: what the browser that octocat signed in with, before anything failed, is answered. */
  readonly later: number;
  /** The same after one more sign-in. */
  readonly afterSignIn: number;
  /** Grants that GitHub still counts as given after every sign-out, when the queue of revocations has run dry. */
  readonly grantsLeft: number;
}

export interface Stored {
  /** Users with tokens, and users who are marked signed out. */
  readonly signedIn: number;
  readonly signedOut: number;
  /** Grants to be given back as soon as GitHub is well. */
  readonly queued: number;
}

/** @param allowList - a file for the list of allowed users, for the steps that have one */
export async function runCell(
  step: Step,
  fault: FaultName,
  occasion: Occasion,
  allowList: string,
): Promise<Cell> {
  const app = await testApp('enterprise', {
    patience: { timeoutMs: TIMEOUT_MS, replicaLagMs: 10 },
    env: {
      TOKEN_ENCRYPTION_KEYS: ENCRYPTION_KEYS,
      ...(step.allowed && { GITHUB_USER_LIST_FILE: allowList }),
    },
  });
  try {
    const browsers = await step.prepare(app);
    app.github.calls.clear();
    const answers: Answer[] = [];
    for (const round of LOGINS.keys()) {
      const { before, times } = switchingOn(occasion);
      if (round === before) app.github.faults.add({ on: step.on, ...FAULTS[fault], ...(times && { times }) });
      const { status, body, headers } = await step.round(app, browsers, round);
      answers.push({ status, code: (body as { code?: unknown }).code, retryAfter: headers['retry-after'] });
    }
    const calls = app.github.calls.count(step.on);
    const stored = await storedIn(app.files);

    app.github.faults.clear();
    app.github.advance(9 * HOUR_MS);
    if (step.signsOut) await giveEverythingBack(app);
    const grantsLeft = LOGINS.filter((login) => app.github.tokens.hasGrant(login)).length;
    const works = async (): Promise<number> => (await browsers[0]!.get('/api/github/installations')).status;
    const later = await works();
    await browsers[0]!.signIn('octocat');
    const afterSignIn = await works();
    const reused = app.github.tokens.reusedRefreshTokens;
    return { answers, stored, calls, reused, later, afterSignIn, grantsLeft };
  } finally {
    await app.close();
  }
}

async function storedIn(files: string): Promise<Stored> {
  const documents = new JsonFileStore({ path: files, log: pino({ level: 'silent' }) });
  const stored = { signedIn: 0, signedOut: 0, queued: 0 };
  for await (const key of documents.list('')) {
    if (key.startsWith('revocations/github/')) stored.queued += 1;
    if (!key.endsWith('/github_token.json')) continue;
    if ((await documents.read(key))?.state === 'signed_in') stored.signedIn += 1;
    else stored.signedOut += 1;
  }
  return stored;
}

/** What a process does that starts after GitHub has come back. */
async function giveEverythingBack(app: TestApp): Promise<void> {
  const manager = Custody.at(app.github, app.files).manager({ retryRevocationsEveryMs: 20 });
  try {
    for (let left = 500; (await storedIn(app.files)).queued > 0; left -= 1) {
      if (left === 0) throw new Error('The queue of revocations never ran dry.');
      await delay(20);
    }
  } finally {
    await manager.close();
  }
}
