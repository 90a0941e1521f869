import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main } from '../../lib/cli/main.ts';
import { KeycloakServerConfig } from '../../lib/enterprise/index.ts';
import { variablesIn } from '../../lib/oss/read-variables.ts';
import { compiled } from '../compiled.ts';
import { CliProcess } from './cli-process.ts';
import { RecordingTerminal } from './recording-terminal.ts';

async function run(
  args: readonly string[],
  { columns, env = {} }: { columns?: number; env?: Record<string, string> } = {},
) {
  const terminal = Object.assign(new RecordingTerminal(env), columns !== undefined && { columns });
  return { code: await main(args, terminal), out: terminal.written, error: terminal.errors };
}

describe('The command line', () => {
  it('tells the version of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    for (const flag of ['--version', '-v']) {
      assert.deepEqual(await run([flag]), { code: 0, out: `${version}\n`, error: '' });
    }
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['sevre', 'There is no command "sevre". Did you mean "serve"? openhands-express --help lists them.'],
    [
      '--verison',
      'There is no option "--verison". Did you mean "--version"? openhands-express --help lists them.',
    ],
    ['serve --prot 80', 'There is no option "--prot".'],
    ['serve now', '"now" is one word too many.'],
    ['migrate --chek', 'There is no option "--chek". Did you mean "--check"?'],
    ['migrate now', '"now" is one word too many.'],
    ['stack --fromat json', 'There is no option "--fromat". Did you mean "--format"?'],
    ['tokens list --user 1', 'There is no option "--user".'],
    ['sessions end --al', 'There is no option "--al". Did you mean "--all"?'],
    ['store copy --form file:x', 'There is no option "--form". Did you mean "--from"?'],
    ['learn --chekc -- true', 'There is no option "--chekc". Did you mean "--check"?'],
  ];
  for (const [line, complaint] of wrong) {
    it(`refuses ${line}, and says what is wrong and not the whole usage`, async () => {
      const { code, out, error } = await run(line.split(' '));
      assert.deepEqual([code, out], [2, '']);
      const [first, second, ...others] = error.trim().split('\n');
      assert.equal(first, complaint);
      if (!complaint.includes('--help'))
        assert.equal(second, `openhands-express ${line.split(' ')[0]!} --help tells more.`);
      assert.deepEqual(others, []);
    });
  }

  it('tells a usage to those who ask for it, in either way', async () => {
    for (const args of [
      ['migrate', '--help'],
      ['help', 'migrate'],
    ]) {
      const { code, out } = await run(args);
      assert.equal(code, 0);
      assert.match(out, /^Usage: openhands-express migrate \[--check\]\n/);
    }
    assert.match((await run(['help'])).out, /^Usage: openhands-express <command>/);
  });

  it('leaves a --help behind -- to the command that it is for', async () => {
    const { out } = await run(['learn', '--', 'sh', '-c', ':', '--help']);
    assert.doesNotMatch(out, /Usage/);
  });

  it('lists every variable in the help of serve, within the terminal', async () => {
    const { out } = await run(['serve', '--help'], { columns: 80 });
    for (const { schema } of KeycloakServerConfig.variables) {
      for (const name of Object.keys(variablesIn(schema({}))))
        assert.match(out, new RegExp(`^  ${name}\\b`, 'm'));
    }
    const list = out.slice(out.indexOf('Both editions:')).split('\n');
    assert.deepEqual(
      list.filter((line) => line.length > 80),
      [],
    );
    assert.match(out, /^ {2}PORT=3000\n/m);
    assert.match(out, /^ {2}GITHUB_APP_CLIENT_ID \(needed\)\n/m);
  });

  it('prints the stack of each edition within the terminal, with all that the table has', async () => {
    const env = { OPENHANDS_CONFIG_CLS: './lib/enterprise/saas-server-config.ts#SaasServerConfig' };
    const table = await run(['stack'], { env });
    const blocks = await run(['stack'], { env, columns: 80 });
    assert.equal(blocks.code, 0);
    const lines = blocks.out.trim().split('\n');
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    const words = (text: string) => new Set(text.split(/[\s()]+/));
    const lost = [...words(table.out)].filter((word) => !words(blocks.out).has(word));
    assert.deepEqual(lost, ['name', 'layer', 'path']);
    assert.equal((await run(['stack'], { env, columns: 500 })).out, table.out);
  });
});

describe("A mistake in a user's module", function () {
  this.timeout(600_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'user-module-'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const oss = pathToFileURL(compiled('lib/oss/server-config.ts')).href;
    const files: Record<string, string> = {
      'throws.js': '\n\nthrow new RangeError("too much");',
      'syntax.js': 'export const a = ;',
      'types.ts': 'export const a: number = 1;',
      'imports.js': 'import "./gone.js";',
      'string.js': 'throw "a text";',
      'maker.js': 'export default () => {\n  throw new RangeError("too much");\n};',
      'config.js': `import { ServerConfig } from '${oss}';
export class Config extends ServerConfig {
  layers() {
    return this.environment.gone.layers();
  }
}`,
    };
    await mkdir(join(folder, 'a b'));
    files['a b/throws.js'] = files['throws.js'] ?? '';
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'a.http'), 'GET http://localhost/\n');
  });
  after(() => rm(folder, { recursive: true }));

  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['stack', './throws.js#stack'],
      /^RangeError: too much \(throws\.js:3\)\. LOG_LEVEL=debug shows the trace\.\n$/,
    ],
    // As the address of a file the folder is a%20b.
    [['stack', './a b/throws.js#stack'], /^RangeError: too much \(a b\/throws\.js:3\)\. /],
    [
      ['stack', './syntax.js#stack'],
      /^SyntaxError: Unexpected token ';'\. LOG_LEVEL=debug shows the trace\.\n$/,
    ],
    [
      ['stack', './types.ts#a'],
      /^\S+ is TypeScript\. Run it with a loader: node --import tsx node_modules\/\.bin\/openhands-express …\n$/,
    ],
    [
      ['stack', './imports.js#stack'],
      /^Error: Cannot find module '.*gone\.js'.* LOG_LEVEL=debug shows the trace\.\n$/,
    ],
    [['stack', './string.js#stack'], /^Something was thrown that is no error: a text\n$/],
    [['stack', './config.js#Config'], /^TypeError: .*undefined.* \(config\.js:4\)\. LOG_LEVEL=debug .*\n$/],
    [['learn', './throws.js', '--requests', 'a.http'], /^RangeError: too much \(throws\.js:3\)\. .*\n$/],
    [['learn', './maker.js', '--requests', 'a.http'], /^RangeError: too much \(maker\.js:2\)\. .*\n$/],
  ];
  for (const [args, line] of mistakes) {
    it(`is one line with its place: ${args.join(' ')}`, async () => {
      const cli = new CliProcess(args, {}, folder);
      assert.equal(await cli.exitCode(), 1);
      assert.match(cli.error, line);
    });
  }

  it('is shown with its trace to those who look for it', async () => {
    const cli = new CliProcess(['stack', './throws.js#stack'], { LOG_LEVEL: 'debug' }, folder);
    assert.equal(await cli.exitCode(), 1);
    assert.match(cli.error, /RangeError: too much\n\s+at .*throws\.js:3/);
  });
});
