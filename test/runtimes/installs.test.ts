import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyProject } from './empty-project.ts';
import { engineTarball, tarball } from './fixture.ts';
import { type Install, installWithNpm, installWithPnpm, installWithYarn } from './installers.ts';
import { nodeRuntime, OLDEST, SUPPORTED } from './node-runtimes.ts';
import { runIn } from './run-in.ts';

const PROGRAM = `
  const { createApp, ServerConfig } = await import('openhands-express');
  const app = await createApp(new ServerConfig({ env: { FILE_STORE_PATH: 'store', LOG_LEVEL: 'silent' } }));
  console.log('runs');
  await app.close();
`;

/** On the oldest Node, which is the first one that packages stop working on. */
describe(`On Node ${OLDEST}, whose users have no lock file of ours,`, () => {
  for (const [name, install] of Object.entries<Install>({
    'npm --engine-strict': installWithNpm,
    'Yarn 1': installWithYarn,
    'pnpm --engine-strict': installWithPnpm,
  })) {
    it(`${name} installs the package`, async () => {
      const node = nodeRuntime(OLDEST);
      const project = await emptyProject(name.replaceAll(/\W+/g, '-'));
      await install(project, node, [tarball()]);
      await writeFile(join(project, 'main.js'), PROGRAM);
      assert.equal(await runIn(project, node, ['main.js']), 'runs\n');
    });
  }

  it('npm --engine-strict installs the engine, which runs there and on each newer Node', async () => {
    const project = await emptyProject('engine');
    await installWithNpm(project, nodeRuntime(OLDEST), [engineTarball(), 'express@5']);
    await writeFile(
      join(project, 'main.js'),
      "import { compose } from 'openhands-express-compose'; console.log(compose({ mine: [] }).plan.length);",
    );
    for (const name of SUPPORTED)
      assert.equal(await runIn(project, nodeRuntime(name), ['main.js']), '0\n', name);
  });
});
