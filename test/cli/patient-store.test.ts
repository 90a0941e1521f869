import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { PatientStore } from '../../lib/cli/patient-store.ts';
import { leaseTimes } from '../../lib/enterprise/times.ts';
import { type LockOptions, LONGEST_LEASE_MS } from '../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../lib/oss/storage/json-file-store.ts';
import { RecordingTerminal } from './recording-terminal.ts';

const KEY = 'users/github/1/sessions.json';

/** Notes for how long it was asked to wait. */
class ObservedStore extends JsonFileStore {
  waitMs: number | undefined;

  override withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    this.waitMs = options.waitMs;
    return super.withLock(key, fn, options);
  }
}

describe('The store of a command', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patient-store-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const newStore = (leaseMs?: number) =>
    new ObservedStore({
      path: folder,
      log: pino({ level: 'silent' }),
      ...(leaseMs !== undefined && { leaseMs }),
    });

  /** A lock that a container held when it was killed: nobody here can see that its process is gone. */
  async function killedContainerHolds(): Promise<void> {
    const lock = join(folder, '~locks', KEY.replaceAll('/', '~'));
    await mkdir(lock, { recursive: true });
    await writeFile(join(lock, 'another-container.1.1.1-1'), '');
  }

  it('waits for a lock longer than any holder that is dead may look alive, however long was asked for', async () => {
    const inner = newStore();
    const store = new PatientStore(inner, new RecordingTerminal());
    assert.ok(LONGEST_LEASE_MS >= leaseTimes().leaseMs);
    for (const options of [undefined, {}, { waitMs: 50 }, { waitMs: LONGEST_LEASE_MS }]) {
      await store.withLock(KEY, () => Promise.resolve(), options);
      // A look at the lock counts for a heartbeat at most, of which there are six in a lease.
      assert.ok(Number(inner.waitMs) > LONGEST_LEASE_MS * (1 + 1 / 6), String(inner.waitMs));
    }
    await store.withLock(KEY, () => Promise.resolve(), { waitMs: 100_000 });
    assert.equal(inner.waitMs, 100_000);
    await store.close();
  });

  it('says what it waits for, once, and takes over what a killed container has left locked', async () => {
    await killedContainerHolds();
    const terminal = new RecordingTerminal();
    const store = new PatientStore(newStore(400), terminal, 20);
    assert.equal(await store.withLock(KEY, () => Promise.resolve('taken')), 'taken');
    assert.equal(
      terminal.errors,
      `Waiting for the lock on ${KEY}, up to 45 seconds: a server is at work on it, or was killed while it was.\n`,
    );
    assert.deepEqual(await readdir(join(folder, '~locks')), []);
    await store.close();
  });

  it('says nothing once it has the lock, however long the work under it takes', async () => {
    const [holder, waiter] = [new RecordingTerminal(), new RecordingTerminal()];
    const holding = new PatientStore(newStore(), holder, 500);
    const waiting = new PatientStore(newStore(), waiter, 500);
    let waited = Promise.resolve();
    await holding.withLock(KEY, async () => {
      // Both began to count by now; when the one who waits speaks, the other one has had the time to.
      await new Promise<void>((told) => {
        waiter.error = () => told();
        waited = waiting.withLock(KEY, () => Promise.resolve());
      });
    });
    await waited;
    await assert.rejects(
      holding.withLock(KEY, () => Promise.reject(new Error('its own'))),
      /its own/,
    );
    assert.equal(holder.errors, '');
    await Promise.all([holding.close(), waiting.close()]);
  });
});
