import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compiled } from '../../compiled.ts';

const CHILD = compiled('test/oss/storage/json-file-store.child.ts');

/**
 * Starts another process on a file store; resolves when it says that it has begun.
 *
 * @param task - one of those in json-file-store.child.ts
 * @param wrap - a command that runs the one behind it
 */
export async function startStoreProcess(path: string, task: string, wrap: readonly string[] = []) {
  const [command = '', ...args]: string[] = [...wrap, process.execPath, CHILD, path, task];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  const exited = once(child, 'exit');
  while (said === '' && child.exitCode === null) await Promise.race([once(child.stdout, 'data'), exited]);
  return { child, exited, said: () => said };
}
