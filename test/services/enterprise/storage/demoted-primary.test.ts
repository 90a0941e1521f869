/** A primary that has come to take no writes, while another one takes over behind the same name. */
import assert from 'node:assert/strict';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { eventually } from '../../../eventually.ts';
import { listeningLog, migrated, silent } from '../../databases.ts';
import { PostgresServer } from '../../engines/postgres-server.ts';
import { Relay } from '../../engines/relay.ts';
import { SharedSite } from '../../integration/site.ts';

const CONNECTIONS = 10;

describe('A primary that takes no writes any more', () => {
  let primary: PostgresServer;
  let closing: (() => Promise<unknown>)[];

  beforeEach(async () => {
    primary = await PostgresServer.start();
    closing = [() => primary.stop()];
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** Open connections go on, and take no writes from now on. */
  const refuseWrites = async (database: string) => {
    await primary.run('postgres', 'ALTER SYSTEM SET default_transaction_read_only = on');
    await primary.run('postgres', 'SELECT pg_reload_conf()');
    await eventually(async () => {
      await assert.rejects(primary.run(database, 'DELETE FROM openhands_locks'), { code: '25006' });
    });
  };

  it('is left for the new one behind its name, by every connection that was open, at the first write', async () => {
    const next = await PostgresServer.start();
    closing.push(() => next.stop());
    const address = await primary.newDatabase();
    const name = new URL(address).pathname.slice(1);
    await migrated(address);
    assert.equal(await next.newDatabase(), next.url(name));
    await migrated(next.url(name));
    const relay = await Relay.to({ port: primary.port });
    closing.push(() => relay.close());
    const { log, said } = listeningLog();
    const store = new PostgresStore({
      url: new Secret(relay.through(address)),
      log,
      maxConnections: CONNECTIONS,
    });
    closing.push(() => store.close());
    const keys = Array.from({ length: 5 * CONNECTIONS }, (_, n) => `${n}.json`);
    const writeAll = (n: number) => Promise.all(keys.map((key) => store.write(key, { n })));
    // As many connections as there may be; the rest is for heartbeats.
    await eventually(async () => {
      await writeAll(1);
      assert.ok(relay.connections >= CONNECTIONS - 1, String(relay.connections));
    });

    await refuseWrites(name);
    relay.target = { port: next.port };
    await store.write('a.json', { by: 'the new one' });
    // Nobody is asked who still has what was written before.
    for (const key of keys) assert.equal(await store.read(key), undefined);
    await writeAll(2);
    const rows = await next.run(name, 'SELECT count(*) AS count FROM openhands_documents');
    assert.deepEqual(rows, [{ count: String(keys.length + 1) }]);
    assert.deepEqual(said, [], 'nobody had to notice');
  });

  it('ends a start, and is named by /ready until there is one again', async () => {
    const site = await SharedSite.open(primary);
    closing.push(() => site.close());
    const url = await site.start().url();
    const { browser } = await site.signIn(url);
    const ready = async () =>
      (await (await fetch(`${url}/ready`)).json()) as { ready: boolean; reasons?: unknown };

    await primary.demote();
    await eventually(
      async () => assert.deepEqual((await ready()).reasons, { store: 'storage_read_only' }),
      30_000,
    );
    await browser.get('/api/settings').expect(200);
    await browser
      .post('/api/settings')
      .send({ language: 'de' })
      .expect(503)
      .expect(({ body }) => assert.equal((body as { code: string }).code, 'storage_read_only'));
    const other = site.start();
    assert.equal(await other.exitCode(), 1);
    assert.match(
      other.errors,
      /^openhands-express: DATABASE_URL: .*read-only transaction\. Name the primary[^\n]*\n$/,
    );
    const store = new PostgresStore({ url: new Secret(site.env.DATABASE_URL!), log: silent });
    await assert.rejects(store.verify(), /Name the primary/);
    await store.close();

    await primary.promote();
    await eventually(async () => assert.equal((await ready()).ready, true));
    await browser.post('/api/settings').send({ language: 'de' }).expect(200);
  });
});
