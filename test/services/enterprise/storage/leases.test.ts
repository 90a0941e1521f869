import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { LockTimeoutError } from '../../../../lib/oss/storage/document-store.ts';
import { eventually } from '../../../eventually.ts';
import { listeningLog, newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { Relay } from '../../engines/relay.ts';
import { startHolder } from './holder.ts';

const LEASE_MS = 3_000;
const TAKEN_OVER = 'taken over while it was held';

describe('A lock with a lease', () => {
  let url: Secret;
  let relay: Relay;
  let holder: PostgresStore;
  let other: PostgresStore;
  let said: string[];
  let name: string;

  beforeEach(async () => {
    url = await newDatabase(engines().postgres);
    name = new URL(url.reveal()).pathname.slice(1);
    relay = await Relay.to({ port: engines().postgres.port });
    const listening = listeningLog();
    said = listening.said;
    const through = new Secret(relay.through(url.reveal()));
    holder = new PostgresStore({ url: through, log: listening.log, leaseMs: LEASE_MS });
    other = new PostgresStore({ url, log: silent, leaseMs: LEASE_MS });
  });
  afterEach(async () => {
    mock.timers.reset();
    await relay.restore();
    await Promise.all([holder.close(), other.close()]);
    await relay.close();
  });

  const take = (waitMs: number) =>
    other.withLock('a.json', () => other.write('a.json', { by: 'the other' }), { waitMs });

  /** Resolves when its connection is open, and has been used. */
  const firstHeartbeat = () =>
    eventually(async () => {
      const rows = await engines().postgres.run(name, 'SELECT beat FROM openhands_locks WHERE beat > 0');
      assert.equal(rows.length, 1);
    });

  /** Nobody gets the lock for longer than a lease while `harm` is done to its holder, who can write afterwards. */
  async function keepsIt(harm: () => unknown): Promise<void> {
    await holder.withLock('a.json', async () => {
      await firstHeartbeat();
      await harm();
      await assert.rejects(take(1.6 * LEASE_MS), LockTimeoutError);
      await eventually(() => holder.write('a.json', { by: 'the holder' }));
    });
    assert.deepEqual(await other.read('a.json'), { by: 'the holder' });
    assert.deepEqual(
      said.filter((line) => line.includes(TAKEN_OVER)),
      [],
    );
  }

  for (const [what, harm] of [
    ['have fallen silent', () => relay.blackhole('open')],
    [
      'have fallen silent, where a new one takes a while',
      () => {
        relay.blackhole('open');
        relay.delay({ toServerMs: 50, toClientMs: 50 }, 'new');
      },
    ],
    ['are cut', () => relay.cut('open')],
    [
      'are cut, and refused for half of a lease',
      async () => {
        relay.refuse();
        relay.cut('open');
        await delay(LEASE_MS / 2);
        await relay.restore();
      },
    ],
    ['are slow', () => relay.delay({ toServerMs: 90, toClientMs: 90 })],
  ] as const) {
    it(`is kept by a holder whose connections ${what}`, () => keepsIt(harm));
  }

  it('is kept by a holder whose connections fall silent again and again', () =>
    keepsIt(() => {
      const timer = setInterval(() => relay.blackhole('open'), LEASE_MS);
      setTimeout(() => clearInterval(timer), 2 * LEASE_MS);
    }));

  it('is kept by a holder who was cut off while nobody looked', async () => {
    await holder.withLock('a.json', async () => {
      await firstHeartbeat();
      await assert.rejects(take(LEASE_MS / 2), LockTimeoutError);
      relay.blackhole();
      await delay(1.5 * LEASE_MS);
      await relay.restore();
      await assert.rejects(take(LEASE_MS), LockTimeoutError);
    });
  });

  it('is kept while a write under it has to wait for longer than the lease', async () => {
    const client = new pg.Client({ connectionString: url.reveal() });
    await client.connect();
    await client.query("BEGIN; INSERT INTO openhands_documents (key, document) VALUES ('a.json', '{}')");
    await holder.withLock('a.json', async () => {
      await firstHeartbeat();
      const written = holder.write('a.json', { by: 'the holder' });
      await assert.rejects(take(1.4 * LEASE_MS), LockTimeoutError).finally(() => client.end());
      await written;
    });
    assert.deepEqual(await other.read('a.json'), { by: 'the holder' });
  });

  it('does not care for clocks that are five minutes wrong, and set while it is held', async () => {
    await keepsIt(() => {
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 300_000 });
      setTimeout(() => mock.timers.setTime(Date.now() - 600_000), LEASE_MS / 2);
    });
  });

  it('is lost by a holder that reaches nothing, which says so in one line with the cause', async () => {
    await holder.withLock('a.json', async () => {
      relay.blackhole();
      await take(4 * LEASE_MS);
      await relay.restore();
      await eventually(() => assert.ok(said.some((line) => line.includes(TAKEN_OVER))));
      await assert.rejects(holder.write('a.json', { by: 'the holder' }), { code: 'storage_unavailable' });
    });
    assert.deepEqual(await other.read('a.json'), { by: 'the other' });
    const lines = said.filter((line) => line.includes(TAKEN_OVER));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /: no heartbeat has come through for \d{4,} ms$/);
  });

  it('is lost by a holder that stands still, which says so in one line with the cause', async () => {
    const child = await startHolder(url, LEASE_MS);
    child.suspend();
    await take(4 * LEASE_MS);
    const lines = (await child.goOn()).trim().split('\n');
    assert.equal(lines.filter((line) => line.includes(TAKEN_OVER)).length, 1);
    assert.ok(
      lines.some((line) => /: this process stood still for \d{4,} ms$/.test(line)),
      lines.join(),
    );
    assert.ok(lines.includes('storage_unavailable'), lines.join());
  });

  it('is lost by a holder whose row was removed, which says so in one line with the cause', async () => {
    await holder.withLock('a.json', async () => {
      await engines().postgres.run(name, 'DELETE FROM openhands_locks');
      await eventually(() => assert.ok(said.some((line) => line.includes(TAKEN_OVER))));
    });
    assert.match(said.filter((line) => line.includes(TAKEN_OVER)).join(), /: somebody has removed it, .*$/);
  });

  const rows = () => engines().postgres.run(name, 'SELECT key FROM openhands_locks');

  it('is given back by a holder that could not do it at first, before anybody has to take it over', async () => {
    await holder.withLock('a.json', async () => {
      await firstHeartbeat();
      relay.blackhole();
    });
    assert.equal((await rows()).length, 1);
    await relay.restore();
    await eventually(async () => assert.deepEqual(await rows(), []));
  });

  it('is given back by one who never learned that they had taken it', async () => {
    await holder.check();
    relay.delay({ toClientMs: 60_000 });
    await assert.rejects(holder.withLock('a.json', () => Promise.resolve()));
    assert.equal((await rows()).length, 1);
    await relay.restore();
    await eventually(async () => assert.deepEqual(await rows(), []));
    assert.equal(await holder.withLock('a.json', () => Promise.resolve('taken')), 'taken');
  });

  it('is taken over together with others of its folder whose holder died as well', async () => {
    await engines().postgres.run(
      name,
      `INSERT INTO openhands_locks (key, instance, turn, beat)
       VALUES ('user/a.json', 'dead', 1, 3), ('user/b.json', 'dead', 2, 3), ('user2/b.json', 'dead', 3, 3)`,
    );
    await other.withLock('user/a.json', async () => {
      await other.withLock('user/b.json', () => Promise.resolve(), { waitMs: 0 });
      await assert.rejects(
        other.withLock('user2/b.json', () => Promise.resolve(), { waitMs: 0 }),
        LockTimeoutError,
      );
    });
  });
});
