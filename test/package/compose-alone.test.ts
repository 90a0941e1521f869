import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packed } from './fixture.ts';
import { unpackInto } from './packed.ts';

const run = promisify(execFile);

describe('openhands-express/compose', () => {
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'compose-alone-'));
    await unpackInto(project, packed());
    for (const name of ['parseurl', 'path-to-regexp']) {
      // What Express reads paths with as well; they depend on nothing.
      const folder = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
      await cp(folder, join(project, 'node_modules', name), { recursive: true });
    }
  });
  after(() => rm(project, { recursive: true }));

  it('works where neither Express nor Octokit nor anything else is installed but what reads paths', async () => {
    const script = join(project, 'server.mjs');
    await writeFile(
      script,
      `import { createServer } from 'node:http';
       import { compose, defineMiddleware } from 'openhands-express/compose';

       const stack = compose({
         base: [defineMiddleware({ name: 'who', writes: ['who'], handle(req, _res, next) { req.state.who = 'me'; next(); } })],
         top: [defineMiddleware({ name: 'answer', reads: ['who'], handle(req, res) { res.end(req.state.who); } })],
       });
       const server = createServer((req, res) => stack(req, res, () => res.end('nobody answered')));
       server.listen(0, '127.0.0.1', async () => {
         const response = await fetch('http://127.0.0.1:' + server.address().port);
         process.stdout.write(await response.text());
         server.close();
       });`,
    );
    assert.equal((await run(process.execPath, [script])).stdout, 'me');
  });

  it('differs in that from the whole package, so that the test above can fail', async () => {
    const script = join(project, 'whole.mjs');
    await writeFile(script, "import 'openhands-express';");
    await assert.rejects(run(process.execPath, [script]), /ERR_MODULE_NOT_FOUND/);
  });
});
