import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoProcess } from './demo-process.ts';

/** That it runs is shown in test/services, where there is a Java. */
describe('npm run demo:keycloak, on a machine where something is missing', () => {
  let programs: string;

  beforeEach(async () => {
    programs = await mkdtemp(join(tmpdir(), 'programs-'));
    await provide('bash');
  });

  afterEach(() => rm(programs, { recursive: true, force: true }));

  async function provide(name: string): Promise<void> {
    const { stdout } = spawnSync('which', [name], { encoding: 'utf8' });
    await symlink(stdout.trim(), join(programs, name));
  }

  async function provideJava(says: string): Promise<void> {
    await writeFile(join(programs, 'java'), `#!${join(programs, 'bash')}\necho '${says}' >&2\n`);
    await chmod(join(programs, 'java'), 0o755);
  }

  /** What a demo says that finds no more than these programs, and no Keycloak that was fetched before. */
  async function complaint(): Promise<string> {
    const variables = { PATH: programs, KEYCLOAK_DIR: join(programs, 'keycloak') };
    const error = await DemoProcess.start(variables, 'demo-keycloak.ts').then(
      async (demo) => {
        await demo.stop('SIGTERM');
        return assert.fail('it has started');
      },
      (reason: unknown) => reason as Error,
    );
    return error.message.replace('The demo ended before it was ready:\n', '').trim();
  }

  it('says in one line what to install', async () => {
    assert.equal(
      await complaint(),
      'Keycloak needs Java 17 or later and Maven. On Debian: apt-get install openjdk-17-jre-headless maven; ' +
        'with Homebrew: brew install openjdk@17 maven',
    );
  });

  it('asks for what is missing, and for no more', async () => {
    await provideJava('openjdk version "21.0.2" 2024-01-16');
    assert.equal(
      await complaint(),
      'Keycloak needs Maven. On Debian: apt-get install maven; with Homebrew: brew install maven',
    );
  });

  it('takes no Java that is too old, and none that is only a program of that name', async () => {
    await writeFile(join(programs, 'mvn'), '');
    await chmod(join(programs, 'mvn'), 0o755);
    for (const said of ['openjdk version "11.0.20" 2023-07-18', 'java version "1.8.0_381"', 'No runtime.']) {
      await provideJava(said);
      assert.match(
        await complaint(),
        /^Keycloak needs Java 17 or later\. On Debian: apt-get install openjdk/,
      );
    }
  });

  it('says so where there is not even a bash', async () => {
    await rm(join(programs, 'bash'));
    assert.equal(await complaint(), 'Keycloak is started by bash, which is missing.');
  });
});
