/** The repository as somebody has it who has just cloned it: no `node_modules`, no build, no file store. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../package/packed.ts';

const run = promisify(execFile);

/**
 * What is not committed yet comes along, so that a change can be tried before it is committed.
 *
 * @returns The folder, which {@link remove} removes.
 */
export async function freshClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openhands-newcomer-'));
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 1 << 24,
  });
  for (const path of stdout.split('\0').filter(Boolean)) {
    // A file that is deleted and not yet committed is still listed.
    await cp(join(root, path), join(folder, path)).catch(onlyMissing);
  }
  return folder;
}

export function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

function onlyMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
