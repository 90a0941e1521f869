import { type PrintFormat, StackError } from '../compose.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { defaultTarget, findStack } from './find-stack.ts';
import { lineDiff } from './line-diff.ts';
import { orderLines, readLock, writeLock } from './stack-lock.ts';

const FORMATS: readonly string[] = ['table', 'mermaid', 'json'] satisfies PrintFormat[];
const LOCK = 'stack.lock.json';

/** `openhands-express stack`: what runs in which order, and why; for people, for documentation, and for CI. */
export const stack: Command = {
  usage: `stack [<module>#<export>] [--format table|mermaid|json] [--check | --write] [--lock ${LOCK}]

Prints the middleware of a config class, or of a module that exports a stack or layers, in the order of running.
Without a module: the config that OPENHANDS_CONFIG_CLS names, or that of the OSS edition. Nothing is started, and no
store is touched.

  --format  table (the default), mermaid (a flowchart) or json
  --check   compares the order with the lock file, and prints what has changed
  --write   writes the order into the lock file, for a commit; those of other stacks stay
  --lock    the lock file; ${LOCK} by default

Without a module, --check and --write take all the stacks that the lock file holds.

Exit code 1: a stack has errors, or its order is not that of the lock file.`,

  async run(args, terminal) {
    const { format, target, check, write, lock } = readArguments(args);
    try {
      if (check) return await checkOrders(target, lock, terminal);
      if (write) return await writeOrders(target, lock, terminal);
      terminal.out((await findStack(target ?? defaultTarget(terminal.env), terminal.env)).print(format));
      return 0;
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      terminal.error(error.message);
      return 1;
    }
  },
};

/** @returns the exit code. */
async function writeOrders(target: string | undefined, lock: string, terminal: Terminal): Promise<number> {
  const orders = new Map(Object.entries(await readLock(lock)));
  if (target !== undefined) orders.set(target, []);
  else if (orders.size === 0) orders.set(defaultTarget(terminal.env), []);
  for (const name of target === undefined ? orders.keys() : [target]) {
    orders.set(name, orderLines((await findStack(name, terminal.env)).plan));
  }
  await writeLock(lock, Object.fromEntries(orders));
  terminal.out(`${lock} holds the order of ${[...orders.keys()].join(', ')}.`);
  return 0;
}

/** @returns the exit code. */
async function checkOrders(target: string | undefined, lock: string, terminal: Terminal): Promise<number> {
  const orders = await readLock(lock);
  const names = target === undefined ? Object.keys(orders) : [target];
  if (names.length === 0) {
    terminal.error(`${lock} holds no order yet; --write writes it.`);
    return 1;
  }
  let changed = 0;
  for (const name of names) {
    const locked = orders[name];
    const lines =
      locked === undefined
        ? ['There is none yet.']
        : lineDiff(locked, orderLines((await findStack(name, terminal.env)).plan));
    if (lines.length === 0) continue;
    changed++;
    terminal.error(`${name}: the order is not that of ${lock}.\n${lines.join('\n')}\n`);
  }
  if (changed > 0) terminal.error('If this is meant, write it with --write, and commit the lock file.');
  return changed > 0 ? 1 : 0;
}

interface Arguments {
  readonly format: PrintFormat;
  readonly target: string | undefined;
  readonly check: boolean;
  readonly write: boolean;
  readonly lock: string;
}

function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseCommandLine({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'table' },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      lock: { type: 'string', default: LOCK },
    },
  });
  const { format, check, write, lock } = values;
  if (!FORMATS.includes(format))
    throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${format}".`);
  if (positionals.length > 1) throw new UsageError('One module at a time.');
  if (check && write) throw new UsageError('Either --check or --write.');
  return { format: format as PrintFormat, target: positionals[0], check, write, lock };
}
