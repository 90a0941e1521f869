import assert from 'node:assert/strict';
import { cp, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Terminal } from '../../lib/cli/command.ts';
import { main } from '../../lib/cli/main.ts';
import { endAllSessions } from '../../lib/cli/sessions/end-all.ts';
import { Sessions } from '../../lib/enterprise/auth/sessions.ts';
import { UserSessions } from '../../lib/enterprise/auth/user-sessions.ts';
import { LastProfile } from '../../lib/oss/profile/last-profile.ts';
import { JsonFileStore } from '../../lib/oss/storage/json-file-store.ts';
import { type Browser, EnterpriseSite, environmentFor, setCookies } from '../integration/enterprise-site.ts';
import { besidesTheStore, RecordingTerminal } from './recording-terminal.ts';

describe('openhands-express sessions', () => {
  const log = pino({ level: 'silent' });
  let site: EnterpriseSite;
  let documents: JsonFileStore;

  beforeEach(async () => {
    site = await EnterpriseSite.open();
    documents = new JsonFileStore({ path: site.files, log });
  });
  afterEach(async () => {
    await documents.close();
    await site.close();
  });

  async function run(args: readonly string[], terminal: Partial<Terminal> = {}) {
    const out: string[] = [];
    const error: string[] = [];
    const code = await main(['sessions', ...args], {
      env: environmentFor(site.github, site.files),
      out: (text) => void out.push(text),
      error: (text) => void error.push(text),
      ...terminal,
    });
    return { code, out: out.join('\n'), error: besidesTheStore(error.join('\n')) };
  }

  /** What the server answers to a browser when it has had its time to hear of an end. */
  async function statusOf(browser: Browser): Promise<number> {
    site.github.clock.advance(2_000);
    return (await browser.get('/api/settings')).status;
  }

  const idOf = (login: string) => String(site.github.directory.user(login).id);

  it('ends those of everybody in a server that runs, and lets everybody sign in again', async () => {
    const [octocat, hubot] = [await site.signedIn('octocat'), await site.signedIn('hubot')];
    const { code, out, error } = await run(['end', '--all']);
    assert.equal(code, 0);
    assert.equal(out, 'The sessions of 2 users are ended; all servers follow within two seconds.');
    assert.match(error, /Ending sessions: 2 of 2$/);
    assert.deepEqual([await statusOf(octocat), await statusOf(hubot)], [401, 401]);
    assert.equal(await statusOf(await site.signedIn('octocat')), 200);
  });

  it('ends those that a store has lost the end of', async () => {
    const browser = site.browser();
    const cookie = setCookies(await site.signIn(browser)).find((it) => it.startsWith('openhands_auth='))!;
    const path = join(site.files, 'users/github', idOf('octocat'));
    await cp(path, join(site.files, '~before'), { recursive: true });
    await browser.post('/api/logout?everywhere=1').expect(200);
    await cp(join(site.files, '~before'), path, { recursive: true });
    const stolen = site.browser().set('Cookie', cookie.split(';')[0]!);
    assert.equal(await statusOf(stolen), 200, 'the lost write has brought the session back');
    assert.equal((await run(['end', '--all'])).code, 0);
    assert.equal(await statusOf(stolen), 401);
  });

  it('ends those of one user, by id or by login, and nobody else’s', async () => {
    for (const user of [idOf('octocat'), 'octocat', 'OctoCat']) {
      const [octocat, hubot] = [await site.signedIn('octocat'), await site.signedIn('hubot')];
      const { code, out } = await run(['end', '--user', user]);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`The sessions of the user ${idOf('octocat')} are ended`));
      assert.deepEqual([await statusOf(octocat), await statusOf(hubot)], [401, 200]);
    }
  });

  it('keeps the tokens: the next sign-in needs no new grant, and a refresh goes on', async () => {
    await site.signedIn();
    const before = await site.document(`users/github/${idOf('octocat')}/github_token.json`);
    await run(['end', '--all']);
    assert.equal(await site.document(`users/github/${idOf('octocat')}/github_token.json`), before);
  });

  it('says when there was nothing to end, or nobody of that name', async () => {
    const none = await run(['end', '--user', '42']);
    assert.deepEqual([none.code, none.error], [1, 'The user 42 has no sessions.']);
    const unknown = await run(['end', '--user', 'nobody']);
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.error,
      /^Nobody with the login nobody was seen\. Give the GitHub id: gh api users\/nobody/,
    );
    const all = await run(['end', '--all']);
    assert.deepEqual([all.code, all.out.slice(0, 27)], [0, 'The sessions of 0 users are']);
  });

  it('ends nobody’s when several users had the login', async () => {
    const browser = await site.signedIn();
    const key = `users/github/${idOf('octocat')}/github_profile.json`;
    const { profile } = (await documents.read(key)) as { profile: object };
    await documents.write('users/github/77/github_profile.json', { identity: '77', profile });
    const { code, error } = await run(['end', '--user', 'octocat']);
    assert.equal(code, 1);
    assert.match(error, /Several users had the login octocat .*\b77\b.*Give an id\.$/);
    assert.equal(await statusOf(browser), 200);
  });

  it('goes on behind a user whom a server keeps locked, and says so', async () => {
    const [octocat, hubot] = [await site.signedIn('octocat'), await site.signedIn('hubot')];
    // It waits no longer than a test does.
    class Impatient extends JsonFileStore {
      override withLock<T>(key: string, fn: () => Promise<T>): Promise<T> {
        return super.withLock(key, fn, { waitMs: 50 });
      }
    }
    const impatient = new Impatient({ path: site.files, log });
    const { now } = site.github.clock;
    const register = new UserSessions({
      documents: impatient,
      sessions: new Sessions({ documents: impatient, now }),
      lastProfileOfUser: (id) => new LastProfile(impatient, `users/github/${id}/github_profile.json`, id),
    });
    const terminal = new RecordingTerminal();
    await documents.withLock(`users/github/${idOf('octocat')}/sessions.json`, async () => {
      assert.equal(await endAllSessions(register, terminal), 1);
    });
    await impatient.close();
    assert.match(terminal.errors, new RegExp(`${idOf('octocat')}  is kept locked by a server`));
    assert.match(
      terminal.written,
      /^The sessions of 1 users .* Those of 1 could not be ended: run it again\.$/m,
    );
    assert.deepEqual([await statusOf(octocat), await statusOf(hubot)], [200, 401]);
  });

  it('goes on behind a user whose document the store cannot give, and says why', async () => {
    const [octocat, hubot] = [await site.signedIn('octocat'), await site.signedIn('hubot')];
    const key = `users/github/${idOf('octocat')}/sessions.json`;
    // More than a document may have, and it takes no room on the disk.
    await truncate(join(site.files, key), 17 * 1024 * 1024);
    const { code, out, error } = await run(['end', '--all']);
    assert.equal(code, 1);
    assert.match(out, /^The sessions of 1 users .* Those of 1 could not be ended: run it again\.$/);
    assert.match(
      error,
      new RegExp(`^${idOf('octocat')}  The server and its store .*/${key} has \\d+ bytes`, 'm'),
    );
    assert.deepEqual([await statusOf(octocat), await statusOf(hubot)], [500, 401]);
  });

  it('ends between two users when it is asked to, and goes on the next time', async () => {
    for (let id = 1; id <= 100; id += 1) {
      await documents.write(`users/github/${id}/sessions.json`, { generation: 'x' });
    }
    const interruption = new AbortController();
    const stopped = await run(['end', '--all'], {
      error: (text) => {
        if (text.startsWith('Ending')) interruption.abort();
      },
      interruption: () => interruption.signal,
    });
    assert.equal(stopped.code, 130);
    const done = Number(/^Stopped\. The sessions of (\d+) users/.exec(stopped.out)?.[1]);
    assert.ok(done >= 10 && done < 100, stopped.out);
    assert.match((await run(['end', '--all'])).out, new RegExp(`^The sessions of ${100 - done} users`));
  });

  it('says what is wrong with how it was called', async () => {
    const cases: [string[], RegExp][] = [
      [[], /^What to do\?/],
      [['begin'], /^Sessions have no "begin"/],
      [['end'], /^Whose\? Give either --all or --user/],
      [['end', '--all', '--user', '1'], /^Whose\?/],
      [['end', '--user', ''], /^--user takes/],
      [['end', '--user', 'a', 'b'], /^Too many arguments/],
      [['end', '--everybody'], /everybody/],
    ];
    for (const [args, expected] of cases) {
      const { code, error } = await run(args);
      assert.equal(code, 2);
      assert.match(error, expected);
    }
  });

  it('has nothing to work on in the OSS edition', async () => {
    const { code, error } = await run(['end', '--all'], { env: { FILE_STORE_PATH: site.files } });
    assert.equal(code, 1);
    assert.match(error, /^Nobody signs in to this edition: set OPENHANDS_CONFIG_CLS/);
  });
});
