/** A process that holds the lock on `a.json`, until it is killed or told to go on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Secret } from '../../../../lib/oss/secret.ts';

const CHILD = fileURLToPath(new URL('holder.child.ts', import.meta.url));

/** @returns once it holds the lock. */
export async function startHolder(url: Secret, leaseMs: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, url.reveal(), String(leaseMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  child.stdout.setEncoding('utf8');
  const next = async () => String((await once(child.stdout, 'data'))[0]);
  await next();
  return {
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await exited;
    },
    /** Makes the process stand still, as if its machine had been suspended. */
    suspend: () => void child.kill('SIGSTOP'),
    /** Lets it go on, and write. @returns what it says from then on: errors in its log, and what came of the write. */
    goOn: async () => {
      let said = '';
      child.stdout.on('data', (text: string) => (said += text));
      child.stdin.end('write\n');
      child.kill('SIGCONT');
      await exited;
      return said;
    },
  };
}
