import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NodeRuntime } from './node-runtimes.ts';

const run = promisify(execFile);
/** Less than mocha gives a test, so that what was written until then is shown. */
const PATIENCE_MS = 240_000;

/**
 * Runs a program as a person does who has that version of Node, with no more of our environment than it needs.
 *
 * @param more - what it needs of our environment nevertheless.
 * @returns what it has written, on both streams.
 * @throws Error with what it has written when it fails.
 */
export async function runIn(
  cwd: string,
  { program, path }: NodeRuntime,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<string> {
  const env = { ...more, PATH: path, HOME: process.env.HOME, CI: 'true', NO_COLOR: '1' };
  const options = { cwd, env, timeout: PATIENCE_MS, maxBuffer: 1 << 26 };
  try {
    const { stdout, stderr } = await run(program, args, options);
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
