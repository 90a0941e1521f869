import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packed } from './fixture.ts';
import { unpackInto } from './packed.ts';

const run = promisify(execFile);
const RECORDER = new URL('record-modules.js', import.meta.url).href;

describe('openhands-express/express-messages', () => {
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'express-messages-alone-'));
    await unpackInto(project, packed());
  });
  after(() => rm(project, { recursive: true }));

  it("loads one file, and works without a package, in an app that has an Express app's prototypes", async () => {
    const script = join(project, 'server.mjs');
    await writeFile(
      script,
      `import { IncomingMessage, ServerResponse } from 'node:http';
       import { listen } from 'openhands-express/express-messages';

       const app = Object.assign((req, res) => res.end(req.greeting), {
         request: Object.create(IncomingMessage.prototype, { greeting: { value: 'hello' } }),
         response: Object.create(ServerResponse.prototype),
       });
       const server = listen(app, 0, '127.0.0.1', async () => {
         const response = await fetch('http://127.0.0.1:' + server.address().port);
         process.stdout.write(await response.text());
         server.close();
       });`,
    );
    const { stdout, stderr } = await run(process.execPath, ['--import', RECORDER, script]);
    assert.equal(stdout, 'hello');
    const ours = stderr.split('\n').filter((line) => line.includes('/node_modules/'));
    assert.equal(ours.length, 1, stderr);
    assert.match(ours[0] ?? '', /openhands-express\/dist\/express-messages\/index\.js$/);
  });
});
