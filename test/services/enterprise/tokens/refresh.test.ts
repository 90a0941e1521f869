import assert from 'node:assert/strict';
import pg from 'pg';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { Custody } from '../../../enterprise/tokens/custody.ts';
import { eventually } from '../../../eventually.ts';
import { newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { PostgresServer } from '../../engines/postgres-server.ts';
import { Relay } from '../../engines/relay.ts';

const HOUR = 3_600_000;
const LIFETIME = 8 * HOUR;

describe('Tokens that are refreshed while the database fails', () => {
  let custody: Custody;
  let octocat: string;
  let closing: (() => Promise<unknown>)[];

  beforeEach(async () => {
    custody = await Custody.set();
    octocat = custody.userId('octocat');
    closing = [];
  });
  afterEach(async () => {
    await custody.close();
    for (const close of closing.reverse()) await close();
  });

  function openStore(url: Secret, options: { leaseMs?: number; timeoutMs?: number } = {}): PostgresStore {
    const store = new PostgresStore({ url, log: silent, maxConnections: 4, ...options });
    closing.push(() => store.close());
    return store;
  }

  it('are not lost when PostgreSQL is killed before it can store them', async () => {
    const postgres = await PostgresServer.start();
    closing.push(() => postgres.stop());
    const url = await newDatabase(postgres);
    const manager = custody.manager({
      documents: openStore(url),
      oauth: custody.oauthThen(() => postgres.kill('SIGKILL')),
    });
    const other = custody.manager({ documents: openStore(url) });
    await manager.store(octocat, custody.issue('octocat'));
    custody.github.advance(LIFETIME);
    assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
    await postgres.restart();
    await eventually(
      async () => assert.equal(custody.worksFor(await other.token(octocat)), 'octocat'),
      30_000,
    );
    await eventually(() => assert.equal(manager.unsavedRecords, 0));
    assert.equal(custody.github.calls.refreshes, 1);
    assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
  });

  it('are waited for when their holder was cut off for so long that another process has taken over', async () => {
    const relay = await Relay.to({ port: engines().postgres.port });
    closing.push(() => relay.close());
    const url = await newDatabase(engines().postgres);
    const times = { leaseMs: 1_500, timeoutMs: 1_000 };
    const former = custody.manager({
      documents: openStore(new Secret(relay.through(url.reveal())), times),
      oauth: custody.oauthThen(() => relay.blackhole()),
    });
    const other = custody.manager({ documents: openStore(url, times), staleMs: 0 });
    await former.store(octocat, custody.issue('octocat'));
    custody.github.advance(LIFETIME);
    const rotated = former.token(octocat);
    await eventually(() => assert.equal(custody.github.calls.refreshes, 1));

    // It takes over, and finds the refresh token used up.
    await assert.rejects(other.token(octocat), { status: 503, code: 'github_unavailable' });
    assert.equal(custody.github.tokens.reusedRefreshTokens, 1);
    assert.equal(custody.worksFor(await rotated), 'octocat');
    await relay.restore();
    await eventually(async () => assert.equal(custody.worksFor(await other.token(octocat)), 'octocat'));
    assert.equal(custody.github.calls.refreshes, 2);
  });

  it('are waited for by every process, also when the one that has taken over could not read the store', async () => {
    const { postgres } = engines();
    const relay = await Relay.to({ port: postgres.port });
    closing.push(() => relay.close());
    const url = await newDatabase(postgres);
    const times = { leaseMs: 1_500, timeoutMs: 1_000 };
    const former = custody.manager({
      documents: openStore(new Secret(relay.through(url.reveal())), times),
      oauth: custody.oauthThen(() => relay.blackhole()),
    });
    const second = custody.manager({ documents: openStore(url, times), staleMs: 60_000 });
    const third = custody.manager({ documents: openStore(url, times), staleMs: 0 });
    await former.store(octocat, custody.issue('octocat'));
    await second.token(octocat);
    custody.github.advance(LIFETIME);
    const rotated = former.token(octocat);
    await eventually(() => assert.equal(custody.github.calls.refreshes, 1));

    // It takes the lock over, and gives it back without having asked GitHub.
    const statement = new pg.Client({ connectionString: url.reveal() });
    closing.push(() => statement.end());
    await statement.connect();
    await statement.query('BEGIN');
    await statement.query('LOCK TABLE openhands_documents IN ACCESS EXCLUSIVE MODE');
    await assert.rejects(second.token(octocat), { status: 503, code: 'storage_unavailable' });
    await statement.query('ROLLBACK');
    assert.equal(custody.github.calls.refreshes, 1);

    await assert.rejects(third.token(octocat), { status: 503 });
    assert.equal(custody.worksFor(await rotated), 'octocat');
    await relay.restore();
    await eventually(async () => assert.equal(custody.worksFor(await third.token(octocat)), 'octocat'));
  });

  it('go on for days with clocks that are five minutes apart from each other, and from the database', async () => {
    const url = await newDatabase(engines().postgres);
    const processes = [5, -5].map((minutes) => {
      const now = () => custody.github.clock.now() + minutes * 60_000;
      return custody.manager({ documents: openStore(url), now, staleMs: 0 });
    });
    await processes[0]!.store(octocat, custody.issue('octocat'));
    for (let step = 0; step < 12; step += 1) {
      custody.github.advance(step % 2 === 0 ? 4 * HOUR : LIFETIME);
      await Promise.all(
        processes.map(async (manager) => assert.ok((await manager.token(octocat)).reveal() !== '')),
      );
    }
    assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
    assert.equal(custody.worksFor(await processes[0]!.token(octocat)), 'octocat');
  });
});
