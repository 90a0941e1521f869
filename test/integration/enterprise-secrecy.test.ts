import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import request, { type Response } from 'supertest';
import { FakeGitHub, type Fault } from '../../lib/testing/index.ts';
import { ENCRYPTION_KEYS } from '../enterprise/tokens/custody.ts';
import { ServerProcess } from '../server-process.ts';
import { EnterpriseSite, environmentFor, setCookies } from './enterprise-site.ts';
import { Leaks } from './secrecy/leaks.ts';
import { everything, signIn, USER_SECRETS } from './secrecy/traffic.ts';
import { cookieValues, filesIn, OutgoingUrls, visibleIn } from './secrecy/whereabouts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Express's own router prints addresses: codes in them are used by then, and good for nothing without the verifier. */
const DEBUG = '*,-router*';
const HOUR_MS = 3_600_000;
const COOKIE_SECRET = 'a-cookie-secret-of-more-than-32-characters';
const METRICS_TOKEN = 'a-token-for-the-metrics';

/** All that a server asks of GitHub; what browsers go to there works. */
const ASKED = [
  'POST /login/oauth/access_token',
  'DELETE /applications/{client_id}/grant',
  'POST /applications/{client_id}/token',
  'GET /user',
  'GET /user/repos',
  'GET /user/installations',
  'GET /user/installations/{installation_id}/repositories',
  'GET /search/repositories',
  'POST /graphql',
];

type Wrong = Fault extends infer One ? (One extends Fault ? Omit<One, 'on'> : never) : never;

const FAULTS: readonly (Wrong | undefined)[] = [
  undefined,
  ...[401, 403, 500].map((status) => ({ kind: 'status', status }) as const),
  ...(['html', 'empty', 'malformed', 'truncated', 'lost-answer', 'reset', 'rate-limit', 'hang'] as const).map(
    (kind) => ({ kind }),
  ),
  ...['bad_verification_code', 'incorrect_client_credentials', 'nobody_knows_this_error'].map(
    (error) => ({ kind: 'oauth-error', error }) as const,
  ),
];

describe('What the Enterprise edition says aloud', () => {
  let site: EnterpriseSite;

  beforeEach(async () => {
    site = await EnterpriseSite.open(
      { COOKIE_SECRETS: COOKIE_SECRET, TOKEN_ENCRYPTION_KEYS: ENCRYPTION_KEYS, METRICS_TOKEN },
      undefined,
      { patience: { timeoutMs: 100, replicaLagMs: 5 } },
    );
  });

  // Closing looks through the log once more, for anything that has the form of a secret.
  afterEach(() => site.close());

  it('logs every request, the callback’s without its code and its state', async () => {
    await site.signedIn();
    const callback = site.log.find((line) => line.includes('/oauth/github/callback'));
    assert.match(callback!, /"url":"\/oauth\/github\/callback\?code=\*&state=\*"/);
  });

  it('tells a browser its cookies only in Set-Cookie, and out of the reach of scripts', async () => {
    const answer = await site.signIn(site.browser());
    for (const cookie of setCookies(answer)) assert.match(cookie, /HttpOnly/);
    assert.doesNotMatch(answer.text, /eyJ/);
  });

  it('is nothing secret: not in logs, errors, answers, URLs, files or the process’s title, whatever fails', async function () {
    this.timeout(600_000);
    const { github, url } = site;
    const outgoing = new OutgoingUrls([github.url, github.apiUrl]);
    const seen: string[] = [];
    const cookies: string[] = [];
    const files = new Map<string, string>();
    const look = async (answer: Response): Promise<void> => {
      seen.push(visibleIn(answer));
      cookies.push(...cookieValues(answer));
      for (const { path, text } of await filesIn(site.files)) files.set(`${path} ${text.length}`, text);
    };
    const scene = { url, github, look };
    for (const fault of FAULTS) {
      const browser = site.browser();
      await signIn(scene, browser);
      github.advance(9 * HOUR_MS);
      if (fault !== undefined) for (const on of ASKED) github.faults.add({ ...fault, on });
      await everything(scene, browser);
      github.faults.clear();
    }
    outgoing.end();

    const leaks = new Leaks();
    leaks.add('one of GitHub’s', github.secrets.all);
    leaks.add('a cookie', cookies);
    leaks.add('the server’s', [COOKIE_SECRET, METRICS_TOKEN, ENCRYPTION_KEYS.split(':')[1]!]);
    leaks.add('a user’s', Object.values(USER_SECRETS));
    assert.ok(github.secrets.all.length > 100 && cookies.length > 100 && site.errors.length > 50);
    assert.ok(outgoing.seen.size > 5);
    assert.ok([...files.keys()].some((name) => name.includes('/github_token.json')));
    assert.deepEqual(
      [
        ...leaks.findIn('log', site.log),
        ...leaks.findIn('error', site.errors.map(inDepth)),
        ...leaks.findIn('answer', seen),
        ...leaks.findIn('URL', outgoing.seen),
        ...leaks.findIn('title', [process.title, ...process.argv, ...commandLine()]),
        ...[...files].flatMap(([name, text]) => leaks.findIn(name, [name, text])),
      ],
      [],
    );
    assert.doesNotMatch(seen.join('\n'), / {4}at /);
  });
});

describe('What a process of the Enterprise edition prints', () => {
  it('is nothing secret, nor is its title, at the level trace and with DEBUG', async function () {
    this.timeout(600_000);
    const github = await FakeGitHub.listen({ accessTokenLifetimeSeconds: 1 });
    const files = await mkdtemp(join(tmpdir(), 'enterprise-secrecy-'));
    const server = new ServerProcess(
      { ...environmentFor(github, files), LOG_LEVEL: 'trace', DEBUG, COOKIE_SECRETS: COOKIE_SECRET },
      ROOT,
    );
    const cookies: string[] = [];
    const scene = {
      url: await server.url(),
      github,
      look: (answer: Response) => void cookies.push(...cookieValues(answer)),
    };
    for (const kind of [undefined, 'html', 'malformed', 'lost-answer'] as const) {
      const browser = request.agent(scene.url);
      await signIn(scene, browser);
      if (kind !== undefined) for (const on of ASKED) github.faults.add({ kind, on });
      await everything(scene, browser);
      github.faults.clear();
    }
    const title = process.platform === 'linux' ? await readFile(`/proc/${server.pid}/cmdline`, 'utf8') : '';
    await server.end('SIGTERM');

    const leaks = new Leaks();
    leaks.add('one of GitHub’s', github.secrets.all);
    leaks.add('a cookie', cookies);
    leaks.add('the server’s', [COOKIE_SECRET]);
    leaks.add('a user’s', Object.values(USER_SECRETS));
    const lines = `${server.output}\n${server.errors}`.split('\n');
    assert.ok(github.secrets.all.length > 20 && lines.length > 100);
    assert.deepEqual([...leaks.findIn('output', lines), ...leaks.findIn('title', [title])], []);
    await github.close();
    await rm(files, { recursive: true });
  });
});

/** All that can be found in an error by those who get hold of it. */
function inDepth(error: unknown): string {
  return inspect(error, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
}

function commandLine(): string[] {
  return process.platform === 'linux' ? [readFileSync('/proc/self/cmdline', 'utf8')] : [];
}
