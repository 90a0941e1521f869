/** Runs the code blocks of the documentation as a reader would. */
import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PATIENCE_MS = 60_000;
const MOCHA = fileURLToPath(new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url));
const REPORT_LISTENING = new URL('./report-listening.mjs', import.meta.url).href;

export interface Place {
  /** The working directory. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a TypeScript or JavaScript file: a test suite, a server or a program, whichever it is. */
export async function runFile(path: string, code: string, place: Place): Promise<void> {
  if (/^describe\(/m.test(code)) await runSuite(path, place);
  else if (/\blisten\(/.test(code) && !code.includes('.close(')) await runServer(path, place);
  else await runProgram(process.execPath, ['--import', 'tsx', path], place);
}

/** Runs a shell script; the first command that fails ends it. */
export async function runShell(code: string, place: Place): Promise<void> {
  await runProgram('bash', ['-euo', 'pipefail', '-c', code], place);
}

/** Reads a shell script without running it. */
export async function checkShell(code: string, place: Place): Promise<void> {
  await runProgram('bash', ['-n', '-c', code], place);
}

async function runSuite(path: string, place: Place): Promise<void> {
  // Everything has to be loaded as ES modules, or classes would exist twice.
  const options = ['--no-config', '--node-option=import=tsx,no-experimental-require-module'];
  const output = await runProgram(process.execPath, [MOCHA, ...options, '--timeout=20000', path], place);
  assert.match(output, /[1-9]\d* passing/);
}

/** Starts a server, which has to answer one request, whatever it says. */
export async function runServer(path: string, { cwd, env }: Place): Promise<void> {
  const child = fork(path, {
    cwd,
    env,
    execArgv: ['--import', 'tsx', '--import', REPORT_LISTENING],
    silent: true,
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => output.push(String(data)));
  const ended = once(child, 'exit');
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  try {
    const [port] = (await Promise.race([
      once(child, 'message', { signal: deadline }),
      ended.then(() => assert.fail(`It ended without listening.\n${output.join('')}`)),
    ])) as [number];
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { signal: deadline, redirect: 'manual' });
    assert.ok(status < 500, `GET / was answered with ${status}.\n${output.join('')}`);
  } finally {
    child.kill();
    await ended;
  }
}

async function runProgram(command: string, args: readonly string[], { cwd, env }: Place): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd, env, timeout: PATIENCE_MS });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`It failed.\n${stdout}${stderr}`, { cause: error });
  }
}
