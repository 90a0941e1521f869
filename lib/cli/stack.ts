import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { StackError, type PrintFormat } from '../compose.ts';
import { UsageError, type Command } from './command.ts';
import { findStack } from './find-stack.ts';
import { compareWithLock, lockOf } from './stack-lock.ts';

const FORMATS: readonly string[] = ['table', 'mermaid', 'json'] satisfies PrintFormat[];
const LOCK = 'stack.lock.json';

/** `openhands-express stack`: what runs in which order, and why; for people, for documentation, and for CI. */
export const stack: Command = {
  usage: `stack [<module>#<export>] [--format table|mermaid|json] [--check | --write] [--lock ${LOCK}]

Prints the middleware of a config class, or of a module that exports a stack or layers, in the order of running.
Without a module: the config that OPENHANDS_CONFIG_CLS names, or that of the OSS edition.

  --format  table (the default), mermaid (a flowchart) or json
  --check   compares the order with the lock file, and prints what has changed
  --write   writes the lock file, for a commit
  --lock    the lock file; ${LOCK} by default

Exit code 1: the stack has errors, or its order is not that of the lock file.`,

  async run(args, terminal) {
    const { format, target, check, write, lock } = readArguments(args);
    try {
      const found = await findStack(target, terminal.env);
      if (write) {
        await writeFile(lock, `${JSON.stringify(lockOf(found.plan), null, 2)}\n`);
        terminal.out(`The order of ${found.plan.length} middlewares is in ${lock}.`);
        return 0;
      }
      if (!check) {
        terminal.out(found.print(format));
        return 0;
      }
      const changes = compareWithLock(found.plan, await readLock(lock));
      if (changes.length === 0) return 0;
      terminal.error(
        `The order is not that of ${lock}:\n${changes.join('\n')}\nIf it is meant, run the command with --write and commit the file.`,
      );
      return 1;
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      terminal.error(error.message);
      return 1;
    }
  },
};

interface Arguments {
  readonly format: PrintFormat;
  readonly target: string | undefined;
  readonly check: boolean;
  readonly write: boolean;
  readonly lock: string;
}

function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const { format, check, write, lock } = values;
  if (!FORMATS.includes(format))
    throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${format}".`);
  if (positionals.length > 1) throw new UsageError('One module at a time.');
  if (check && write) throw new UsageError('Either --check or --write.');
  return { format: format as PrintFormat, target: positionals[0], check, write, lock };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'table' },
        check: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        lock: { type: 'string', default: LOCK },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function readLock(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be read; --write makes it.`, { cause });
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UsageError(`${path} is not JSON; --write makes it anew.`, { cause });
  }
}
