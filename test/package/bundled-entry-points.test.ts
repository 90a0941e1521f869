import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { packed } from './fixture.ts';
import { root, unpackInto, workshop } from './packed.ts';

const run = promisify(execFile);
const project = join(workshop, 'bundled-entry-points');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

/** What a program says that is bundled to CommonJS, where `import.meta` is empty; packages but ours stay outside. */
async function saidInBundle(name: string, program: string): Promise<string> {
  const [source, bundle] = [join(project, `${name}.js`), join(project, `${name}.cjs`)];
  await writeFile(source, program);
  await build({
    ...{ entryPoints: [source], outfile: bundle, bundle: true, format: 'cjs', platform: 'node' },
    ...{ external: [...Object.keys(manifest.dependencies), 'supertest'], logLevel: 'error' },
    logOverride: { 'empty-import-meta': 'silent' },
  });
  const { stdout } = await run(process.execPath, [bundle], { cwd: project });
  return stdout;
}

describe('In a bundle of CommonJS', () => {
  before(async () => {
    await rm(project, { recursive: true, force: true });
    // What must not be taken for the page of this package.
    await mkdir(join(project, 'page'), { recursive: true });
    await writeFile(join(project, 'page', 'index.html'), 'of somebody else');
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module", "name": "host" }');
    await unpackInto(project, packed());
  });
  after(() => rm(project, { recursive: true, force: true }));

  it('every entry point loads', async () => {
    const entries = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    assert.ok(entries.length > 5);
    for (const [index, path] of entries.entries()) {
      const specifier = `openhands-express${path.slice(1)}`;
      const program = `import * as it from '${specifier}'; console.log(Object.keys(it).length > 0);`;
      // That one is loaded for its effect.
      const said = `${path !== './learn/register'}\n`;
      assert.equal(await saidInBundle(`entry-${index}`, program), said, specifier);
    }
  });

  it('what needs a file of the package says so when it is used, and what to do', async () => {
    const said = await saidInBundle(
      'pages',
      `import { compose, ServerConfig } from 'openhands-express';
       import { inspector } from 'openhands-express/inspector';
       for (const use of [() => new ServerConfig({ env: {} }), () => inspector(compose({ mine: [] }))]) {
         try { use(); } catch ({ message }) { console.log(message); }
       }
       console.log(new ServerConfig({ env: {}, page: false }).pageDirectory);`,
    );
    assert.match(said, /^The built-in page is not in a bundle\. Set FRONTEND_DIRECTORY to .*\n/);
    assert.match(
      said,
      /\ninspector\/page of openhands-express is not beside its code.*Leave .* out of the bundle/,
    );
    assert.match(said, /\nundefined\n$/);
  });

  it('the page is served from where FRONTEND_DIRECTORY says', async () => {
    const said = await saidInBundle(
      'own-page',
      `import { createApp, ServerConfig } from 'openhands-express';
       import { listen } from 'openhands-express/express-messages';
       const env = { LOG_LEVEL: 'silent', FRONTEND_DIRECTORY: 'node_modules/openhands-express/dist/page' };
       void createApp(new ServerConfig({ env })).then((app) => {
         const server = listen(app, 0, '127.0.0.1', async () => {
           console.log((await fetch('http://127.0.0.1:' + server.address().port)).status);
           server.close();
           await app.close();
         });
       });`,
    );
    assert.equal(said, '200\n');
  });

  it('somebody signs in to the Enterprise edition', async () => {
    const said = await saidInBundle(
      'sign-in',
      `import { testApp } from 'openhands-express/testing';
       void testApp('enterprise', { page: false }).then(async (app) => {
         const cat = await app.agent().signIn('octocat');
         console.log((await cat.get('/api/github/user')).body.login);
         await app.close();
       });`,
    );
    assert.equal(said, 'octocat\n');
  });
});
