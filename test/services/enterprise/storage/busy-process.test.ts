import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { beBusy } from '../../../be-busy.ts';
import { newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { Relay } from '../../engines/relay.ts';

const TIME_OUT_MS = 500;
const BUSY_MS = 800;

describe('A process that is too busy for its database', () => {
  let url: Secret;
  let lines: string[];
  let database: PostgresDatabase;
  let closing: (() => Promise<unknown>)[];

  beforeEach(async () => {
    url = await newDatabase(engines().postgres);
    lines = [];
    closing = [];
    database = open(url);
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
  });

  function open(address: Secret): PostgresDatabase {
    const opened = new PostgresDatabase({
      url: address,
      log: pino({}, { write: (line: string) => void lines.push(line) }),
      timeoutMs: TIME_OUT_MS,
      connectMs: TIME_OUT_MS,
    });
    closing.push(() => opened.close());
    return opened;
  }
  const ask = () => database.query<{ one: number }>('SELECT 1 AS one');

  /** At each moment of a statement: before it has a connection, when it has one, while it is sent, and so on. */
  const MOMENTS = 6;

  it('takes it for silent at no moment of a statement, and says nothing of it', async () => {
    await ask();
    for (let moment = 0; moment <= MOMENTS; moment++) {
      const answer = ask();
      for (let turn = 0; turn < moment; turn++) await new Promise(setImmediate);
      beBusy(BUSY_MS);
      assert.deepEqual(await answer, [{ one: 1 }], `after ${moment} turns`);
    }
    assert.deepEqual(lines, []);
  });

  it('takes it for silent at no moment of the opening of a connection', async () => {
    for (let moment = 0; moment <= MOMENTS; moment++) {
      database = open(url);
      const answer = ask();
      for (let turn = 0; turn < moment; turn++) await new Promise(setImmediate);
      beBusy(BUSY_MS);
      assert.deepEqual(await answer, [{ one: 1 }], `after ${moment} turns`);
    }
    assert.deepEqual(lines, []);
  });

  it('tries again for as long as ever when a connection was lost while it was busy', async () => {
    const relay = await Relay.to({ port: engines().postgres.port });
    closing.push(() => relay.close());
    database = open(new Secret(relay.through(url.reveal())));
    await ask();
    relay.cut('open');
    const answer = ask();
    beBusy(BUSY_MS);
    assert.deepEqual(await answer, [{ one: 1 }]);
  });

  it('commits a transaction in whose middle it was busy', async () => {
    const one = await database.transaction(async (query) => {
      beBusy(BUSY_MS);
      const answer = query<{ one: number }>('SELECT 1 AS one');
      beBusy(BUSY_MS);
      return answer;
    });
    assert.deepEqual(one, [{ one: 1 }]);
  });

  it('still notices that it is silent, and that no connection opens', async () => {
    const relay = await Relay.to({ port: engines().postgres.port });
    closing.push(() => relay.close());
    database = open(new Secret(relay.through(url.reveal())));
    await ask();
    relay.blackhole();
    for (const expected of [/no answer within 500 ms/, /no connection was (free|open) within 500 ms/])
      await assert.rejects(ask(), ({ cause }: Error) => expected.test(String(cause)));
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
      ['The database is away'],
    );
  });

  it('takes a lock that was given back while it was busy, though its time is up', async () => {
    const stores = [1, 2].map(() => new PostgresStore({ url, log: silent }));
    closing.push(...stores.map((store) => () => store.close()));
    const [holder, waiting] = stores as [PostgresStore, PostgresStore];
    await waiting.check();
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    let entered!: () => void;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const held = holder.withLock('a', () => {
      entered();
      return left;
    });
    await inside;
    const turn = waiting.withLock('a', () => Promise.resolve('mine'), { waitMs: 3 * TIME_OUT_MS });
    // It has seen that the lock is held, and waits to look again.
    await delay(TIME_OUT_MS / 5);
    leave();
    await held;
    beBusy(3 * BUSY_MS);
    assert.equal(await turn, 'mine');
  });
});
