import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../demo/free-port.ts';
import { DemoProcess } from '../demo-process.ts';
import { eventually, STARTED_WITHIN_MS } from '../eventually.ts';
import { RealBrowser } from './enterprise/keycloak/real-browser.ts';

const DEMO = 'demo-keycloak.ts';
const root = fileURLToPath(new URL('../../', import.meta.url));

describe('npm run demo:keycloak', () => {
  let temporary: string;
  let env: Record<string, string>;
  let halfway: ChildProcess | undefined;

  before(function () {
    this.timeout(600_000);
    const { status, stderr } = spawnSync('bash', [join(root, 'demo/keycloak/keycloak.sh'), 'prepare']);
    assert.equal(status, 0, stderr.toString());
  });

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'openhands-demo-test-'));
    const { PATH = '', HOME = '' } = process.env;
    env = { PATH, HOME, TMPDIR: temporary };
  });

  afterEach(async () => {
    halfway?.kill('SIGKILL');
    await rm(temporary, { recursive: true, force: true });
  });

  /** Its folders; tsx keeps its cache beside them. */
  async function folders(): Promise<string[]> {
    return (await readdir(temporary)).filter((name) => name.startsWith('openhands-'));
  }

  /** The processes that were told of its folder: Keycloak, and the one that ends it. */
  function processes(): string[] {
    const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line.includes(temporary));
  }

  async function startedHalfway(): Promise<ChildProcess> {
    const demo = spawn(process.execPath, ['--import', 'tsx', `demo/${DEMO}`], {
      cwd: root,
      env: { ...env, PORT: String(await freePort()) },
      stdio: 'ignore',
    });
    halfway = demo;
    await eventually(
      () => assert.ok(processes().some((line) => line.includes('Quarkus'))),
      STARTED_WITHIN_MS,
    );
    return demo;
  }

  it('signs a person in through Keycloak, and leaves nothing behind when it ends', async () => {
    const demo = await DemoProcess.start(env, DEMO);
    try {
      const browser = new RealBrowser({
        authorize: async (url, login) => {
          const body = JSON.stringify({ url, login });
          const answer = await fetch(`${demo.githubAddress}/_control/authorize`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          return ((await answer.json()) as { result: string }).result;
        },
      });
      const page = await browser.goTo(
        `${demo.address}/oauth/github/authorize?return_to=/api/github/user`,
        'hubot',
      );
      assert.equal(page.status, 200, page.text);
      assert.equal((JSON.parse(page.text) as { login: string }).login, 'hubot');
      assert.equal((await folders()).length, 2);
    } finally {
      assert.equal(await demo.stop('SIGINT'), 0);
    }
    assert.deepEqual([await folders(), processes()], [[], []]);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`leaves nothing behind when ${signal} comes while Keycloak is starting`, async () => {
      const demo = await startedHalfway();
      const ended = once(demo, 'exit') as Promise<[number | null]>;
      demo.kill(signal);
      assert.deepEqual(await ended, [0, null]);
      assert.deepEqual([await folders(), processes()], [[], []]);
    });
  }

  it('takes Keycloak with it when it is killed', async () => {
    const demo = await startedHalfway();
    demo.kill('SIGKILL');
    await eventually(() => assert.deepEqual(processes(), []));
  });
});
