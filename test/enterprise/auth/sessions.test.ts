import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Sessions } from '../../../lib/enterprise/auth/sessions.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

describe('Sessions', () => {
  const USER = '583231';
  let path: string;
  let documents: JsonFileStore;
  let time: number;
  let sessions: Sessions;

  function another(options: { capacity?: number } = {}): Sessions {
    return new Sessions({ documents, now: () => time, freshMs: 1_000, ...options });
  }

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'sessions-'));
    documents = new JsonFileStore({ path, log: pino({ enabled: false }) });
    time = 1_000_000;
    sessions = another();
  });

  afterEach(async () => {
    await documents.close();
    await rm(path, { recursive: true, force: true });
  });

  it('go on, in one generation for all of them, until they are ended', async () => {
    const generation = await sessions.begin(USER);
    assert.equal(await sessions.begin(USER), generation);
    assert.equal(await sessions.isActive(USER, generation), true);
    await sessions.end(USER);
    assert.equal(await sessions.isActive(USER, generation), false);
  });

  it('begin anew after an end, and the old ones stay ended', async () => {
    const old = await sessions.begin(USER);
    await sessions.end(USER);
    const current = await sessions.begin(USER);
    assert.equal(await sessions.isActive(USER, old), false);
    assert.equal(await sessions.isActive(USER, current), true);
  });

  it('go on by an answer from when the store was asked, however long that took', async () => {
    const generation = await sessions.begin(USER);
    class SlowStore extends JsonFileStore {
      override async read(key: string) {
        const document = await super.read(key);
        time += 3_000;
        return document;
      }
    }
    const slow = new SlowStore({ path, log: pino({ enabled: false }) });
    const elsewhere = new Sessions({ documents: slow, now: () => time });
    assert.equal(await elsewhere.isActive(USER, generation), true);
    await sessions.end(USER);
    assert.equal(await elsewhere.isActive(USER, generation), false);
    await slow.close();
  });

  it('of one user do not end with those of another', async () => {
    const generation = await sessions.begin(USER);
    await sessions.begin('1');
    await sessions.end('1');
    assert.equal(await sessions.isActive(USER, generation), true);
  });

  it('that began in another process are known at once', async () => {
    await sessions.begin(USER);
    await sessions.end(USER);
    const generation = await another().begin(USER);
    assert.equal(await sessions.isActive(USER, generation), true);
  });

  it('that another process has ended go on for less than the second that is remembered', async () => {
    const generation = await sessions.begin(USER);
    await another().end(USER);
    time += 1_000;
    assert.equal(await sessions.isActive(USER, generation), false);
  });

  it('are looked up again when the clock has been set back', async () => {
    const generation = await sessions.begin(USER);
    await another().end(USER);
    time -= 60_000;
    assert.equal(await sessions.isActive(USER, generation), false);
  });

  it('that go on are looked up in the store once a second, however often they are asked for', async () => {
    const generation = await sessions.begin(USER);
    await rm(join(path, 'users'), { recursive: true });
    assert.equal(await sessions.isActive(USER, generation), true);
  });

  it('survive a restart', async () => {
    const generation = await sessions.begin(USER);
    assert.equal(await another().isActive(USER, generation), true);
  });

  it('are ended, and not revived, by a damaged document', async () => {
    const generation = await sessions.begin(USER);
    await writeFile(join(path, 'users/github', USER, 'sessions.json'), '{"generation": "');
    assert.equal(await another().isActive(USER, generation), false);
  });

  it('of a user without a document are refused', async () => {
    assert.equal(await sessions.isActive(USER, ''), false);
    assert.equal(await sessions.isActive(USER, 'undefined'), false);
  });

  it('of more users than are remembered are judged rightly all the same', async () => {
    const few = another({ capacity: 2 });
    const generations = new Map<string, string>();
    for (const user of ['1', '2', '3', '4']) generations.set(user, await few.begin(user));
    for (const [user, generation] of generations) assert.equal(await few.isActive(user, generation), true);
  });

  it('are never held to go on by a look that began before they were ended, and came back after', async () => {
    const generation = await sessions.begin(USER);
    time += 2_000;
    let comeBack = (): void => undefined;
    const wait = new Promise<void>((resolve) => (comeBack = resolve));
    const read = documents.read.bind(documents);
    documents.read = async (key) => {
      const document = await read(key);
      await wait;
      return document;
    };
    const look = sessions.isActive(USER, generation);
    await sessions.end(USER);
    documents.read = read;
    comeBack();
    assert.equal(await look, false);
    assert.equal(await sessions.isActive(USER, generation), false);
  });

  it('of one user are looked up once, however many others sign in and out meanwhile', async () => {
    const generation = await sessions.begin(USER);
    time += 2_000;
    const read = documents.read.bind(documents);
    let reads = 0;
    documents.read = async (key) => {
      if (!key.includes(`/${USER}/`)) return read(key);
      reads += 1;
      const document = await read(key);
      for (const other of ['1', '2', '3']) {
        await sessions.begin(other);
        await sessions.end(other);
      }
      return document;
    };
    assert.equal(await sessions.isActive(USER, generation), true);
    assert.equal(reads, 1);
  });

  it('are looked up again when the same user has signed out and in meanwhile', async () => {
    const generation = await sessions.begin(USER);
    time += 2_000;
    const read = documents.read.bind(documents);
    let looks = 0;
    documents.read = async (key) => {
      const document = await read(key);
      looks += 1;
      if (looks > 1) return document;
      documents.read = read;
      await sessions.end(USER);
      await sessions.begin(USER);
      return document;
    };
    assert.equal(await sessions.isActive(USER, generation), false);
  });

  it('begin in one generation, however many begin at once', async () => {
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? sessions : another()).begin(USER)),
    );
    assert.equal(new Set(begun).size, 1);
  });
});
