import assert from 'node:assert/strict';
import request from 'supertest';
import { main } from '../../../lib/cli/main.ts';
import { RecordingTerminal } from '../../cli/recording-terminal.ts';
import { eventually } from '../../eventually.ts';
import { engines } from '../engines.ts';
import { SharedSite } from '../integration/site.ts';

describe('openhands-express sessions, on a database', () => {
  for (const [what, variables] of [
    ['without Redis', () => ({})],
    ['with Redis', () => ({ REDIS_URL: engines().redis.url })],
  ] as const) {
    it(`ends what a failover has brought back, in all processes, ${what}`, async () => {
      const { postgres } = engines();
      const site = await SharedSite.open(postgres, variables());
      try {
        const urls = await Promise.all([site.start().url(), site.start().url()]);
        const { cookie } = await site.signIn(urls[0], 'octocat');
        const other = await site.signIn(urls[1], 'hubot');
        const statuses = (sent: string) =>
          Promise.all(
            urls.map(async (url) => (await request(url).get('/api/settings').set('Cookie', sent)).status),
          );

        // The replica that is promoted has not heard of the sign-out.
        const key = `users/github/${site.github.directory.user('octocat').id}/sessions.json`;
        const before = await postgres.run(
          site.database,
          `SELECT document FROM openhands_documents WHERE key = '${key}'`,
        );
        await request(urls[0]).post('/api/logout?everywhere=1').set('Cookie', cookie).expect(200);
        await eventually(async () => assert.deepEqual(await statuses(cookie), [401, 401]));
        await postgres.run(
          site.database,
          `INSERT INTO openhands_documents (key, document) VALUES ('${key}', '${String(before[0]!.document)}')`,
        );
        await eventually(async () => assert.deepEqual(await statuses(cookie), [200, 200]));
        assert.deepEqual(await statuses(other.cookie), [200, 200]);

        const terminal = new RecordingTerminal(site.env);
        assert.equal(await main(['sessions', 'end', '--all'], terminal), 0);
        assert.match(terminal.written, /^The sessions of 2 users are ended/);
        for (const ended of [cookie, other.cookie]) {
          await eventually(async () => assert.deepEqual(await statuses(ended), [401, 401]));
        }
        const anew = await site.signIn(urls[1], 'octocat');
        assert.deepEqual(await statuses(anew.cookie), [200, 200]);
      } finally {
        await site.close();
      }
    });
  }

  it('ends those of one user by their login', async () => {
    const site = await SharedSite.open(engines().postgres);
    try {
      const url = await site.start().url();
      const [octocat, hubot] = [await site.signIn(url, 'octocat'), await site.signIn(url, 'hubot')];
      const terminal = new RecordingTerminal(site.env);
      assert.equal(await main(['sessions', 'end', '--user', 'octocat'], terminal), 0);
      await eventually(() => request(url).get('/api/settings').set('Cookie', octocat.cookie).expect(401));
      await request(url).get('/api/settings').set('Cookie', hubot.cookie).expect(200);
    } finally {
      await site.close();
    }
  });
});
