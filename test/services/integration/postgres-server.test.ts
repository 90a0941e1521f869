import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import request from 'supertest';
import { eventually } from '../../eventually.ts';
import { engines } from '../engines.ts';
import { SharedSite } from './site.ts';

describe('A server with DATABASE_URL', () => {
  let site: SharedSite;
  beforeEach(async () => (site = await SharedSite.open(engines().postgres)));
  afterEach(() => site.close());

  it('keeps settings and tokens there and not in files, for every process on it', async () => {
    const [one, other] = await Promise.all([site.start().url(), site.start().url()]);
    const { browser, cookie } = await site.signIn(one);
    await browser.post('/api/settings').send({ language: 'de' }).expect(200);

    const settings = await request(other).get('/api/settings').set('Cookie', cookie).expect(200);
    assert.equal((settings.body as { language: string }).language, 'de');
    await request(other).get('/api/github/user').set('Cookie', cookie).expect(200);
    await assert.rejects(readdir(site.files), { code: 'ENOENT' });

    const rows = await engines().postgres.run(site.database, 'SELECT key, document FROM openhands_documents');
    assert.deepEqual(rows.map(({ key }) => key).sort(), [
      'openhands-store.json',
      'users/github/583231/github_profile.json',
      'users/github/583231/github_token.json',
      'users/github/583231/sessions.json',
      'users/github/583231/settings.json',
    ]);
    assert.doesNotMatch(JSON.stringify(rows), /gh[oprsu]_/);
  });

  it('sees what another process has saved there, once what it remembers of it is a second old', async () => {
    const [one, other] = await Promise.all([site.start().url(), site.start().url()]);
    const { browser, cookie } = await site.signIn(one);
    const languageAt = async (url: string) =>
      (
        (await request(url).get('/api/settings').set('Cookie', cookie).expect(200)).body as {
          language: string;
        }
      ).language;
    for (const language of ['de', 'fr']) {
      await browser.post('/api/settings').send({ language }).expect(200);
      assert.equal(await languageAt(one), language);
      await eventually(async () => assert.equal(await languageAt(other), language));
    }
  });

  it('says at its start which database that is, without the password', async () => {
    const server = site.start();
    await server.url();
    const { host, pathname } = new URL(site.env.DATABASE_URL!);
    await eventually(() => assert.ok(server.output.includes(`PostgreSQL ${host}${pathname}`), server.output));
    assert.doesNotMatch(server.output, /local-only/);
  });

  for (const name of ['COOKIE_SECRETS', 'TOKEN_ENCRYPTION_KEYS']) {
    it(`does not start on it with ${name} of its own making, and says so in one line`, async () => {
      const server = site.start({ [name]: undefined });
      assert.equal(await server.exitCode(), 1);
      assert.equal(
        server.errors,
        `openhands-express: ${name} must be set when DATABASE_URL is, and be the same in every process on the database.\n`,
      );
    });
  }

  it('does not start on a database without tables, and says what to run', async () => {
    const server = site.start({ DATABASE_URL: await engines().postgres.newDatabase() });
    assert.equal(await server.exitCode(), 1);
    assert.match(server.errors, /^openhands-express: DATABASE_URL: .*Run: npx openhands-express migrate\n$/);
  });

  for (const [what, change] of [
    ['with a wrong password', (url: string) => url.replace('local-only', 'guess')],
    ['with a password that is not percent-encoded', (url: string) => url.replace('local-only', '12/guess')],
    ['of another kind', () => 'mysql://openhands:guess@localhost/openhands'],
  ] as const) {
    it(`does not start on an address ${what}, and says in one line what to set, never the password`, async () => {
      const server = site.start({ DATABASE_URL: change(site.env.DATABASE_URL!) });
      assert.equal(await server.exitCode(), 1);
      assert.match(server.errors, /^openhands-express: DATABASE_URL.* (must be set|Set) .*\n$/);
      assert.doesNotMatch(server.output + server.errors, /guess/);
    });
  }
});
