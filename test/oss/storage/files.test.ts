/** Files as people and other programs leave them: of other users, behind links, mounted alone, open to others. */
import assert from 'node:assert/strict';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ConfigurationError } from '../../../lib/oss/errors.ts';
import { ForeignFileError, keepOwner } from '../../../lib/oss/storage/file-owner.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { keysOf } from './document-store.contract.ts';
import { mountedAlone, mountedSmall } from './mounted-alone.ts';
import { startStoreProcess } from './store-process.ts';

const isRoot = process.geteuid?.() === 0;
/** Who a server runs as: another user, where this one may give files away. */
const SERVER = isRoot ? { uid: 65_534, gid: 65_533 } : { uid: process.geteuid!(), gid: process.getegid!() };

describe('the files of a JsonFileStore', () => {
  let folder: string;
  let logged: string[];
  const path = (...names: string[]) => join(folder, 'store', ...names);
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const open = () => new JsonFileStore({ path: path(), log });
  const ownerOf = async (file: string) => {
    const { uid, gid } = await lstat(file);
    return { uid, gid };
  };
  const warnings = () => logged.map((line) => JSON.parse(line) as { path: string; msg: string });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'files-'));
    logged = [];
    await mkdir(path(), { mode: 0o700 });
    await chown(path(), SERVER.uid, SERVER.gid);
  });
  afterEach(async () => {
    await chmod(path(), 0o700);
    await rm(folder, { recursive: true });
  });

  describe('of another user', () => {
    it('are theirs after a command of root as they were before, and so is everything new', async () => {
      const store = open();
      await writeFile(path('a.json'), '{}');
      await chown(path('a.json'), SERVER.uid, SERVER.gid);
      await store.withLock('a.json', async () => {
        await store.write('a.json', { n: 1 });
        await store.write('users/github/1/github_token.json', {});
        const [holder = ''] = await readdir(path('~locks', 'a.json'));
        const made = [
          'a.json',
          'users',
          'users/github',
          'users/github/1',
          'users/github/1/github_token.json',
        ];
        for (const name of [...made, '~tmp', '~locks', '~locks/a.json', `~locks/a.json/${holder}`]) {
          assert.deepEqual(await ownerOf(path(name)), SERVER, name);
        }
      });
      await store.check();
      assert.deepEqual(await store.read('a.json'), { n: 1 });
    });

    it('lose not even their group, and keep it apart from that of their folder', async () => {
      const group = isRoot ? 1 : SERVER.gid;
      await writeFile(path('a.json'), '{}');
      await chown(path('a.json'), SERVER.uid, group);
      await open().write('a.json', {});
      assert.deepEqual(await ownerOf(path('a.json')), { uid: SERVER.uid, gid: group });
    });

    it('are written though their group cannot be kept, which has no rights to them', async () => {
      await writeFile(path('a.json'), '{"old":true}', { mode: 0o600 });
      await chown(path('a.json'), SERVER.uid, isRoot ? 1 : SERVER.gid);
      await chmod(folder, 0o755);
      const { exited, said } = await startStoreProcess(path(), 'refuseAsNobody');
      await exited;
      assert.equal(said(), 'undefined undefined\n', 'nothing is refused');
      assert.equal((await ownerOf(path('a.json'))).uid, SERVER.uid);
      assert.equal(await readFile(path('a.json'), 'utf8'), '{}\n');
    });

    it('are not taken from them, and a line says why', async () => {
      await writeFile(path('a.json'), '{"old":true}', { mode: 0o644 });
      const foreign = Object.assign(await stat(path('a.json')), { uid: SERVER.uid + 1 });
      if (!isRoot) await assert.rejects(keepOwner(path('a.json'), foreign, 'a.json'), ForeignFileError);
      if (!isRoot) return;
      // The folder belongs to nobody, who may therefore rename in it; the file is root's.
      await chmod(folder, 0o755);
      const { exited, said } = await startStoreProcess(path(), 'refuseAsNobody');
      await exited;
      assert.match(
        said(),
        /^storage_refused: .*a\.json belongs to the user 0, .*run it as that user, or as root\./,
      );
      assert.equal((said().match(/belongs to the user 0/g) ?? []).length, 2, '/ready says it as well');
      assert.equal(await readFile(path('a.json'), 'utf8'), '{"old":true}');
      assert.deepEqual(await readdir(path('~tmp')), []);
    });
  });

  describe('behind symbolic links', () => {
    const elsewhere = () => join(folder, 'elsewhere');

    it('are written through the link, which stays one', async () => {
      await mkdir(elsewhere());
      await writeFile(join(elsewhere(), 'mine.json'), '{"n":1}');
      await symlink('../elsewhere/mine.json', path('second'));
      await symlink('second', path('a.json'));
      const store = open();
      assert.deepEqual(await store.read('a.json'), { n: 1 });
      await store.write('a.json', { n: 2 });
      assert.equal(await readlink(path('a.json')), 'second');
      assert.deepEqual(JSON.parse(await readFile(join(elsewhere(), 'mine.json'), 'utf8')), { n: 2 });
      assert.deepEqual(await readdir(elsewhere()), ['mine.json']);
    });

    it('are deleted where they are, so that no token stays, and made there again', async () => {
      await mkdir(elsewhere());
      await symlink(join(elsewhere(), 'a.json'), path('a.json'));
      const store = open();
      assert.equal(await store.read('a.json'), undefined);
      await store.write('a.json', { n: 1 });
      await store.delete('a.json');
      assert.deepEqual(await readdir(elsewhere()), []);
      await store.write('a.json', { n: 2 });
      assert.deepEqual(await store.read('a.json'), { n: 2 });
      assert.ok((await lstat(path('a.json'))).isSymbolicLink());
    });

    it('are set aside where they are when they are damaged', async () => {
      await mkdir(elsewhere());
      await writeFile(join(elsewhere(), 'a.json'), 'damaged');
      await symlink(join(elsewhere(), 'a.json'), path('a.json'));
      assert.equal(await open().read('a.json'), undefined);
      assert.ok((await lstat(path('a.json'))).isSymbolicLink());
      assert.match((await readdir(elsewhere())).join(), /^a\.json\.corrupt-/);
    });

    it('are listed, folders of them too, and links in a circle do no harm', async () => {
      await mkdir(join(elsewhere(), '1'), { recursive: true });
      await writeFile(join(elsewhere(), '1', 'settings.json'), '{}');
      await mkdir(path('users'));
      await symlink('../../elsewhere', path('users', 'github'));
      await symlink('users/github/1/settings.json', path('a.json'));
      await symlink('gone', path('b.json'));
      await symlink('c.json', path('c.json'));
      const store = open();
      assert.deepEqual(await keysOf(store, ''), ['a.json', 'users/github/1/settings.json']);
      await store.write('users/github/2/settings.json', {});
      assert.deepEqual((await readdir(elsewhere())).sort(), ['1', '2']);
      await assert.rejects(store.write('c.json', {}), { name: 'StorageError' });
      await symlink('.', path('round'));
      assert.ok((await keysOf(store, 'round/')).includes('round/a.json'));
    });

    it('are prepared beside their target when that is on another file system', async () => {
      // The memory file system that Linux has everywhere.
      const other = await mkdtemp('/dev/shm/files-');
      try {
        await symlink(join(other, 'a.json'), path('a.json'));
        const store = open();
        await store.write('a.json', { n: 1 });
        await store.write('a.json', { n: 2 });
        assert.deepEqual(await store.read('a.json'), { n: 2 });
        assert.deepEqual(await readdir(other), ['a.json']);
        assert.deepEqual(await ownerOf(join(other, 'a.json')), await ownerOf(other));
        assert.deepEqual(await readdir(path('~tmp')), []);
      } finally {
        await rm(other, { recursive: true });
      }
    });
  });

  describe('that are mounted alone', () => {
    async function run(task: string, options?: string): Promise<unknown[]> {
      await open().check();
      const { exited, said } = await startStoreProcess(
        path(),
        task,
        mountedAlone(path('a.json'), path(), options),
      );
      await exited;
      return JSON.parse(said()) as unknown[];
    }

    it('are written in place, and emptied instead of deleted', async () => {
      for (const [text, document] of [
        ['{"old":true}', { old: true }],
        ['', null],
      ] as const) {
        await writeFile(path('a.json'), text);
        const short = { short: true };
        assert.deepEqual(await run('useMounted'), [document, { filler: 'filler' }, short, short, 'none']);
        assert.equal(await readFile(path('a.json'), 'utf8'), '');
        assert.deepEqual(await readdir(path('~tmp')), []);
      }
    });

    it('are as they were before when there is no room for what is written', async () => {
      await writeFile(path('a.json'), '{"old":true}');
      await mkdir(join(folder, 'small'));
      const small = mountedSmall(path('a.json'), join(folder, 'small'));
      if (small === undefined) return;
      await open().check();
      const { exited, said } = await startStoreProcess(path(), 'overfill', small);
      await exited;
      const [outcome, document] = JSON.parse(said()) as unknown[];
      assert.match(String(outcome), /^storage_full: /);
      assert.deepEqual(document, { old: true });
    });

    it('are refused with a reason when they are read-only, and /ready knows', async () => {
      await writeFile(path('a.json'), '{"old":true}');
      const [read, ...outcomes] = await run('useMounted', 'ro');
      assert.deepEqual(read, { old: true });
      assert.equal(outcomes.length, 4);
      for (const outcome of outcomes) {
        assert.match(
          String(outcome),
          /^storage_(read_only|refused): .*(a\.json can neither be replaced \(E\w+\) nor be written in place \(E\w+\)\.|EROFS.*|EACCES.*)$/,
        );
      }
    });

    it('are no reason to lose what is in them when it is no document', async () => {
      await writeFile(path('a.json'), '{"half": ');
      for (const outcome of await run('readMounted')) {
        assert.match(
          String(outcome),
          /a\.json is no JSON object, and cannot be set aside \(E\w+\): correct it\.$/,
        );
      }
      assert.equal(await readFile(path('a.json'), 'utf8'), '{"half": ');
    });
  });

  describe('that others can read', () => {
    it('are closed when they are read', async () => {
      const store = open();
      for (const mode of [0o644, 0o660, 0o604]) {
        await writeFile(path('a.json'), '{}');
        await chmod(path('a.json'), mode);
        await store.read('a.json');
        assert.equal((await stat(path('a.json'))).mode & 0o777, 0o600);
      }
      assert.deepEqual(logged, []);
    });

    it('are complained of once when they cannot be closed', async () => {
      if (isRoot) {
        // What nobody does not own, nobody cannot close.
        await chmod(folder, 0o755);
        for (const name of ['a.json', 'b.json']) await writeFile(path(name), '{}', { mode: 0o644 });
        const { exited, said } = await startStoreProcess(path(), 'readTwoAsNobody');
        await exited;
        assert.match(said(), /^[^\n]*can read a document: chmod 600[^\n]*\n$/);
      } else {
        const file = '/etc/passwd';
        await symlink(file, path('a.json'));
        await assert.rejects(open().read('a.json'), { name: 'StorageError' });
        assert.equal(warnings().filter(({ msg }) => msg.includes('chmod 600')).length, 1);
      }
    });

    it('are complained of once when it is the folder', async () => {
      await chmod(path(), 0o755);
      const store = open();
      await store.check();
      await store.write('a.json', {});
      assert.deepEqual(
        warnings().map(({ path: where, msg }) => [where, msg.includes('chmod 700')]),
        [[path(), true]],
      );
    });
  });

  describe('at the start', () => {
    /** A disk without room: the kernel lets this process write no file. */
    const full = ['sh', '-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'];

    async function said(task: string, wrap: readonly string[]): Promise<string> {
      const child = await startStoreProcess(path(), task, wrap);
      await child.exited;
      return child.said();
    }

    it('end it with one line on a disk that is full or read-only', async () => {
      await open().check();
      assert.match(
        await said('verify', full),
        /^ConfigurationError: FILE_STORE_PATH: .*EFBIG.* Or set FILE_STORE_PATH to another folder\.\n$/,
      );
      assert.match(
        await said('verify', mountedAlone(path(), path('~tmp'), 'ro')),
        /^ConfigurationError: FILE_STORE_PATH: .*(EROFS.*read-only|EACCES.*chown).* Or set .*\.\n$/,
      );
    });

    it('are a warning to the OSS edition, which can do without storing for a while', async () => {
      await open().check();
      for (const wrap of [full, mountedAlone(path(), path('~tmp'), 'ro')]) {
        const [warning = '', outcome, ...others] = (await said('startOss', wrap)).trim().split('\n');
        assert.match(warning, /"level":40.*"msg":"FILE_STORE_PATH: .* cannot be used/);
        assert.deepEqual([outcome, others], ['goes on', []]);
      }
    });

    async function complaintOf(store: JsonFileStore): Promise<string> {
      const error: unknown = await store.verify().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /^FILE_STORE_PATH: [^\n]+$/);
      return error.message;
    }

    it('are no trouble in a folder that is not there yet', async () => {
      await new JsonFileStore({ path: path('deep', 'down'), log }).verify();
      assert.equal((await stat(path('deep'))).mode & 0o777, 0o700);
    });

    it('cannot be where a file is, and a line says so', async () => {
      await writeFile(path('file'), '');
      for (const name of ['file', 'file/below']) {
        assert.match(
          await complaintOf(new JsonFileStore({ path: path(name), log })),
          /store\/file.* file|remove it/,
        );
      }
    });
  });
});
