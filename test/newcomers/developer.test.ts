import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers } from '../../demo/answers.ts';
import { pack, workshop } from '../package/packed.ts';
import { commandsOf, documented } from './documented.ts';
import { Terminal } from './terminal.ts';

/** An app as there are many: its rate limit stands before its CORS headers. */
const APP = `
const cors = require('cors');
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const app = express();
app.use(rateLimit({ windowMs: 60_000, limit: 1 }));
app.use(cors());
app.get('/', (req, res) => res.send('hello'));
module.exports = app;
`;
const SUITE = `
const request = require('supertest');
const app = require('./app.js');
describe('the app', () => {
  it('greets', () => request(app).get('/').set('Origin', 'https://example.com').expect(200));
  it('has a limit', () => request(app).get('/').set('Origin', 'https://example.com').expect(429));
});
`;

describe('A developer with the packed package', () => {
  let tarball: string;
  const terminals: Terminal[] = [];

  before(async () => {
    ({ tarball } = await pack(join(workshop, 'newcomers')));
  });
  after(async () => {
    for (const { folder } of terminals) await rm(folder, { recursive: true });
    await rm(join(workshop, 'newcomers'), { recursive: true });
  });

  afterEach(() => Promise.all(terminals.map((terminal) => terminal.close())));

  /** A project into which README.md's `npm install` has been typed, with the file in place of the name. */
  async function project(manifest: object, ...besides: string[]): Promise<Terminal> {
    const folder = await mkdtemp(join(tmpdir(), 'openhands-newcomer-'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }));
    const terminal = new Terminal(folder);
    terminals.push(terminal);
    const [install = ''] = commandsOf(documented('README.md', 'npm install openhands-express'));
    await terminal.run(`${install.replace('openhands-express', tarball)} --no-audit --no-fund`);
    if (besides.length > 0) await terminal.run(`npm install --no-audit --no-fund -D ${besides.join(' ')}`);
    return terminal;
  }

  it('mounts it into an app as README.md does, and asks it', async () => {
    const terminal = await project({ type: 'module' }, 'tsx');
    await writeFile(join(terminal.folder, 'app.ts'), documented('README.md', 'await openhands({'));
    const app = terminal.start('npx tsx app.ts');
    const hello = await answerOf('http://127.0.0.1:8080/api/hello');
    assert.deepEqual(JSON.parse(hello), { signedIn: false });
    await app.interrupt();
  });

  it('stacks two editions of another product, and reads what README.md shows', async () => {
    const terminal = await project({ type: 'module' }, 'tsx');
    await writeFile(join(terminal.folder, 'editions.ts'), documented('README.md', 'const tenant ='));
    const app = terminal.start('npx tsx editions.ts');
    await answerOf('http://127.0.0.1:8081');
    const shown = documented('README.md', '$ curl -H');
    const [, command = ''] = /^\$ (.*)$/m.exec(shown) ?? [];
    const answer = await terminal.run(command.replace('curl', 'curl -s'));
    const expected = shown.slice(shown.indexOf('\n') + 1, shown.indexOf('…')).trim();
    assert.ok(oneLine(answer).startsWith(oneLine(expected)), `${answer}\nis not\n${expected}`);
    assert.match(app.printed, /account[\s\S]*tenant|tenant[\s\S]*account/, 'the table of the plan');
    await app.interrupt();
  });

  it('lets learn look at an app that knows nothing of it, with the command of README.md', async () => {
    const terminal = await project(
      { scripts: { test: 'mocha *.test.js' } },
      'mocha',
      'supertest',
      'cors',
      'express-rate-limit',
    );
    await writeFile(join(terminal.folder, 'app.js'), APP);
    await writeFile(join(terminal.folder, 'app.test.js'), SUITE);
    const [command = ''] = commandsOf(documented('README.md', 'learn -- npm test'));
    const printed = await terminal.run(command);
    assert.match(printed, /2 passing/);
    assert.match(printed, /app\.js:6/, 'where the limit is mounted');
    assert.match(printed, /app\.js:7/, 'where the headers are set');
    assert.match(printed, /header missing on an answer/);
  });

  it('runs the first suite of docs/testing.md', async () => {
    const terminal = await project({ type: 'module' }, 'mocha', 'supertest', '@types/supertest', 'tsx');
    await mkdir(join(terminal.folder, 'test'));
    await writeFile(
      join(terminal.folder, 'test', 'app.test.ts'),
      documented('docs/testing.md', "testApp('enterprise')"),
    );
    assert.match(await terminal.run(documented('docs/testing.md', 'npx mocha')), /2 passing/);
  });

  it('starts a server without writing a line, and is shown its stack', async () => {
    const terminal = await project({});
    assert.match(await terminal.run('npx openhands-express stack'), /github-token/);
    const server = terminal.start('PORT=0 npx openhands-express serve');
    const [, url = ''] = await server.until(/listens on (http:\/\/[\w.:]+)/);
    assert.equal(await answerOf(`${url}/health`), '"OK"');
    await server.interrupt();
    await assert.rejects(fetch(url), 'Ctrl-C has ended the server');
  });
});

/** What an address answers, once something listens there. */
async function answerOf(url: string): Promise<string> {
  assert.ok(await answers(url), `nobody answers at ${url}`);
  return (await fetch(url)).text();
}

/** Without the line breaks that a page of documentation has. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
