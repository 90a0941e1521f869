import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoProcess } from './demo-process.ts';

describe('npm run demo', () => {
  let demo: DemoProcess;
  let temporary: string;

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'openhands-demo-test-'));
    demo = await DemoProcess.start({ TMPDIR: temporary });
  });

  afterEach(async () => {
    await demo.stop('SIGTERM');
    await rm(temporary, { recursive: true, force: true });
  });

  /** What is in the temporary folder, but for the cache that tsx keeps there. */
  const filesOfTheDemo = async (): Promise<string[]> =>
    (await readdir(temporary)).filter((name) => !name.startsWith('tsx-'));

  const isGone = (url: string): Promise<boolean> =>
    fetch(url).then(
      () => false,
      () => true,
    );

  it('prints an address where a person can sign in and see repositories', async () => {
    const authorize = await fetch(`${demo.address}/oauth/github/authorize`, { redirect: 'manual' });
    const consent = new URL(authorize.headers.get('location')!);
    assert.equal(consent.origin, new URL(demo.githubAddress).origin);
    assert.equal((await fetch(consent)).status, 200);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends the server and its GitHub on ${signal}, and leaves no files behind`, async () => {
      assert.equal((await fetch(`${demo.address}/health`)).status, 200);
      assert.notDeepEqual(await filesOfTheDemo(), []);
      assert.equal(await demo.stop(signal), 0);
      assert.ok(await isGone(`${demo.address}/health`));
      assert.ok(await isGone(demo.githubAddress));
      assert.deepEqual(await filesOfTheDemo(), []);
    });
  }
});
