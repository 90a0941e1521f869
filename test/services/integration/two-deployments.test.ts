/** What two servers do to each other that share a database by accident. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { main } from '../../../lib/cli/main.ts';
import { RecordingTerminal } from '../../cli/recording-terminal.ts';
import { newDatabase } from '../databases.ts';
import { engines } from '../engines.ts';
import { SharedSite } from './site.ts';

describe('Two deployments on one database', () => {
  let site: SharedSite;

  beforeEach(async () => {
    site = await SharedSite.open(engines().postgres);
  });
  afterEach(() => site.close());

  it('of two GitHub Apps: the second does not start, and says why; the first one’s users stay signed in', async () => {
    const url = await site.start().url();
    const { cookie } = await site.signIn(url);
    const second = site.start({ GITHUB_APP_CLIENT_ID: 'Iv23liAnotherGitHubApp' });
    assert.equal(await second.exitCode(), 1);
    assert.match(
      second.errors,
      /^openhands-express: GITHUB_APP_CLIENT_ID is Iv23liAnotherGitHubApp, but the store belongs to the GitHub App \S+ \(PostgreSQL [^)]*\): [^\n]*\n$/,
    );
    await request(url).get('/api/github/user').set('Cookie', cookie).expect(200);
    await site.start().url();
  });

  it('is no store to a command as long as no server has kept anything in it', async () => {
    const empty = (await newDatabase(engines().postgres)).reveal();
    const terminal = new RecordingTerminal({ ...site.env, DATABASE_URL: empty });
    assert.equal(await main(['sessions', 'end', '--all'], terminal), 1);
    assert.equal(
      terminal.errors,
      'DATABASE_URL: The database is empty: no server has kept anything in it.\n',
    );
    await site.start().url();
    assert.equal(await main(['sessions', 'end', '--all'], new RecordingTerminal(site.env)), 0);
  });
});
