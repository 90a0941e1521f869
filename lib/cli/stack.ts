import { type PrintFormat, type Routes, type RoutesFormat, type Stack, StackError } from '../compose.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { defaultTarget, findStack, type Found } from './find-stack.ts';
import { lineDiff } from './line-diff.ts';
import { stackBlocks } from './stack-blocks.ts';
import { type LockedOrders, orderLines, readLock, routeLines, writeLock } from './stack-lock.ts';

const FORMATS: readonly string[] = ['table', 'mermaid', 'json'] satisfies PrintFormat[];
const LOCK = 'stack.lock.json';

/** `openhands-express stack`: what runs in which order, and why, and what answers; for people, documentation and CI. */
export const stack: Command = {
  usage: `stack [<module>#<export>] [--routes] [--format table|mermaid|json] [--check | --write] [--lock ${LOCK}]

Prints the middleware of a config class, or of a module that exports a stack or layers, in the order of running; with
--routes, the routes of a config class, or of a module that exports what composeRoutes returns. Without a module: the config that OPENHANDS_CONFIG_CLS names, or that of the OSS edition. Nothing is started, and no
store is touched.

  --routes  prints which layer answers what
  --format  table (the default), mermaid (a flowchart, of middleware only) or json
  --check   compares middleware and routes with the lock file, and prints what has changed
  --write   writes both into the lock file, for a commit; those of other stacks stay
  --lock    the lock file; ${LOCK} by default

Without a module, --check and --write take all the stacks that the lock file holds.

Exit code 1: a stack has errors, or its order is not that of the lock file.`,

  async run(args, terminal) {
    const { format, target, check, write, lock, routes } = readArguments(args);
    try {
      if (check) return await checkOrders(target, lock, terminal);
      if (write) return await writeOrders(target, lock, terminal);
      const name = target ?? defaultTarget(terminal.env);
      const found = await findStack(name, terminal.env);
      terminal.out(
        routes
          ? routesIn(found, name).print(format as RoutesFormat)
          : print(stackIn(found, name), format, terminal),
      );
      return 0;
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      terminal.error(error.message);
      return 1;
    }
  },
};

function stackIn({ stack: found }: Found, target: string): Stack {
  if (found === undefined)
    throw new UsageError(`${target} has routes and no middleware; print them with --routes.`);
  return found;
}

function routesIn({ routes }: Found, target: string): Routes {
  if (routes === undefined) {
    throw new UsageError(`${target} has no routes: name a config class, or what composeRoutes returns.`);
  }
  return routes;
}

/** As a table where there is room for one. */
function print(found: Stack, format: PrintFormat, { columns = Infinity }: Terminal): string {
  const text = found.print(format);
  if (format !== 'table' || tableWidth(found, text) <= columns) return text;
  return [stackBlocks(found, columns), ...text.split('\n').slice(found.plan.length + 1)].join('\n');
}

/** How wide the table is, which begins with a head. */
function tableWidth({ plan }: Stack, text: string): number {
  return Math.max(
    ...text
      .split('\n')
      .slice(0, plan.length + 1)
      .map(({ length }) => length),
  );
}

/** @returns the exit code. */
async function writeOrders(target: string | undefined, lock: string, terminal: Terminal): Promise<number> {
  const locked = await readLock(lock);
  const known = targetsOf(locked);
  const targets =
    target === undefined ? (known.length > 0 ? known : [defaultTarget(terminal.env)]) : [target];
  const [stacks, routes] = [{ ...locked.stacks }, { ...locked.routes }];
  for (const name of targets) {
    const found = await findStack(name, terminal.env);
    if (found.stack !== undefined) stacks[name] = orderLines(found.stack);
    if (found.routes !== undefined) routes[name] = routeLines(found.routes.plan);
  }
  await writeLock(lock, { stacks, routes });
  terminal.out(`${lock} holds the order of ${targetsOf({ stacks, routes }).join(', ')}.`);
  return 0;
}

/** @returns the exit code. */
async function checkOrders(target: string | undefined, lock: string, terminal: Terminal): Promise<number> {
  const locked = await readLock(lock);
  const names = target === undefined ? targetsOf(locked) : [target];
  if (names.length === 0) {
    terminal.error(`${lock} holds no order yet; --write writes it.`);
    return 1;
  }
  let changed = 0;
  for (const name of names) {
    const found = await findStack(name, terminal.env);
    for (const [what, was, is] of [
      ['order is not that', locked.stacks[name], found.stack && orderLines(found.stack)],
      ['routes are not those', locked.routes[name], found.routes && routeLines(found.routes.plan)],
    ] as const) {
      if (was === undefined && is === undefined) continue;
      const lines = was === undefined ? ['There is none yet.'] : lineDiff(was, is ?? []);
      if (lines.length === 0) continue;
      changed++;
      terminal.error(`${name}: the ${what} of ${lock}.\n${lines.join('\n')}\n`);
    }
  }
  if (changed > 0) terminal.error('If this is meant, write it with --write, and commit the lock file.');
  return changed > 0 ? 1 : 0;
}

function targetsOf({ stacks, routes }: LockedOrders): string[] {
  return [...new Set([...Object.keys(stacks), ...Object.keys(routes)])];
}

interface Arguments {
  readonly format: PrintFormat;
  readonly target: string | undefined;
  readonly check: boolean;
  readonly write: boolean;
  readonly lock: string;
  /** Whether the routes are printed, and not the middleware. */
  readonly routes: boolean;
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
      routes: { type: 'boolean', default: false },
    },
  });
  const { format, check, write, lock, routes } = values;
  if (!FORMATS.includes(format))
    throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${format}".`);
  if (positionals.length > 1) throw new UsageError('One module at a time.');
  if (check && write) throw new UsageError('Either --check or --write.');
  if (routes && (check || write)) {
    throw new UsageError('--check and --write take the routes as well: leave --routes out.');
  }
  if (routes && format === 'mermaid') throw new UsageError('Routes are printed as table or json.');
  return { format: format as PrintFormat, target: positionals[0], check, write, lock, routes };
}
