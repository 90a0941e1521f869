import { workerCount, WORKERS_EXPECTED } from '../oss/worker-count.ts';
import { WORKER_NUMBER } from '../server/workers/messages.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { addEnvFile } from './env-file.ts';
import { failureText } from './failure-text.ts';
import { keepPackages } from './kept-packages/keep-packages.ts';

/** `openhands-express serve`, which `server.ts` is as well: the edition that the environment names. */
export const serve: Command = {
  usage: `serve [--workers N]

Runs the server until SIGTERM or SIGINT. Its configuration is in the environment, and in a file .env in the working
directory: what the environment has already wins.

  --workers N  so many processes on one port, or auto for as many as there are cores; WORKERS unless given. One that
               dies is replaced. SIGHUP replaces them one after the other without failing a request: with new code, and
               what .env says by then.`,

  more: async (columns) => (await import('./variable-list.ts')).variableList(columns),

  // Each worker reads it for itself when it starts, so it must not be in the environment that they are given.
  leavesEnvFile: true,

  async run(args, terminal) {
    const { values } = parseCommandLine({
      args: [...args],
      allowPositionals: false,
      options: { workers: { type: 'string' } },
    });
    if (values.workers !== undefined && workerCount(values.workers) === undefined)
      throw new UsageError(`--workers ${WORKERS_EXPECTED}`);
    const env = { ...terminal.env };
    await addEnvFile(env);
    if (terminal.env[WORKER_NUMBER] === undefined) {
      // A bad value of the variable is told with all else that is wrong.
      const workers = workerCount(values.workers ?? env.WORKERS?.trim() ?? '');
      if (workers !== undefined) return (await import('./serve-workers.ts')).serveWorkers(workers, terminal);
    }
    Object.assign(terminal.env, env);
    return serveAlone(terminal);
  },
};

/** In this process, which may be one of several workers. */
async function serveAlone(terminal: Terminal): Promise<number> {
  const keep = keepPackages(terminal.env);
  try {
    await (await import('./serve-process.ts')).serveUntilTold(terminal);
    await keep();
    return 0;
  } catch (error) {
    const text = failureText(error);
    if (text === undefined) throw error;
    terminal.error(`openhands-express: ${text}`);
    return 1;
  }
}
