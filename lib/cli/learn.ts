import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { LearnFormat, LearnReport } from '../learn/index.ts';
import type { Learned } from '../learn/trace.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';

const FORMATS: readonly string[] = ['table', 'json', 'markdown', 'html'] satisfies LearnFormat[];
const REPORT = 'learn.report.json';

/** `openhands-express learn`: runs a command with the watcher in it, and reports on the Express apps that it ran. */
export const learn: Command = {
  usage: `learn [--format table|json|markdown|html] [--check | --write] [--report ${REPORT}]
             [--propose <stack.ts> [--order]] -- <command>
       openhands-express learn <module>[#<export>] --requests <file.http|file.har> [the same options]

Runs a command, such as npm test, and watches the requests that come to Express apps in its processes. Then prints which
middleware steps on which. Or sends the requests of a file to the app, or to what the function makes, that a module
exports. With Jest, name openhands-express/learn/jest in its setupFiles.

  --format    table (the default), json, markdown, or html (a page in one file)
  --check     prints only what the committed report does not have
  --write     writes the report as JSON, for a commit
  --report    the committed report; ${REPORT} by default
  --propose   writes the middleware of the app as a stack of the engine, into a new file: .ts, .js, .mjs or .cjs
  --order     what the findings ask for is moved in the proposal, which keeps the present order otherwise

Exit code: that of the command, if it fails. 1 when --check finds something new. SIGINT and SIGTERM end the command,
and what came to the apps until then is reported.`,

  leavesEnvFile: true,

  async run(args, terminal) {
    const options = readArguments(args);
    if (existsSync(options.proposal)) {
      throw new UsageError(`${options.proposal} is there already. Name another file, or take it away.`);
    }
    // A suite may take minutes: what is amiss with the report is told before it.
    const known = options.check ? await readReport(options.file) : undefined;
    const { reportOf } = await import('../learn/report/report-of.ts');
    const { code, learned } = await learnFrom(options, terminal);
    const outcome = await tell(reportOf(learned), known, options, terminal);
    if (options.proposal !== '') await propose(learned, options, terminal);
    return code === 0 ? outcome : code;
  },
};

/** Writes the proposal. */
async function propose(learned: Learned, { proposal, order }: Options, terminal: Terminal): Promise<void> {
  const { dialectOf } = await import('../learn/propose/dialect.ts');
  const { proposeStack } = await import('../learn/propose/propose-stack.ts');
  const proposed = proposeStack(learned, { dialect: await dialectOf(proposal), order });
  if (proposed === undefined) return;
  await writeFile(proposal, proposed.text, { flag: 'wx' });
  // Standard output is the report's.
  terminal.error(
    `${proposal} holds ${proposed.stacks.map((stack) => `a stack of ${stack.length}`).join(', ') || 'no stack: the app has no middleware in a row'}.`,
  );
}

async function learnFrom({ command, module, requests, proposal, format }: Options, terminal: Terminal) {
  const namesPackages = proposal !== '';
  if (command.length > 0) {
    const { runWatched } = await import('../learn/run-watched.ts');
    return runWatched(command, terminal.env, {
      namesPackages,
      signal: terminal.interruption?.(),
      // A page or JSON is written into a file, without what a suite prints.
      isQuiet: format !== 'table',
    });
  }
  const { learnFromRequests } = await import('../learn/learn-from-requests.ts');
  return {
    code: 0,
    learned: await learnFromRequests(() => importApp(module), requests, await readText(requests), {
      namesPackages,
    }),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read.`, { cause: error });
  }
}

/** The app that a module exports, or that its function makes. */
async function importApp(target: string): Promise<RequestListener> {
  const { exportOfUser } = await import('./import-of-user.ts');
  const { module, name, value: found, names } = await exportOfUser(target);
  const app: unknown =
    typeof found === 'function' && !('handle' in found) ? await (found as () => unknown)() : found;
  if (typeof app !== 'function') {
    const others = names.length > 0 ? ` It exports ${names.join(', ')}: ${module}#${names[0] ?? ''}.` : '';
    throw new UsageError(
      `${name} of ${module} is neither an Express app nor a function that makes one.${others}`,
    );
  }
  return app as RequestListener;
}

/** @returns the exit code. */
async function tell(
  report: LearnReport,
  known: LearnReport | undefined,
  { format, write, file }: Options,
  terminal: Terminal,
): Promise<number> {
  const { printReport } = await import('../learn/report/print-report.ts');
  if (write) {
    await writeFile(file, `${printReport(report, 'json')}\n`);
    terminal.out(`${file} holds ${report.findings.length} findings.`);
    return 0;
  }
  if (known === undefined) {
    terminal.out(printReport(report, format));
    return 0;
  }
  const { newFindings } = await import('../learn/report/new-findings.ts');
  const findings = newFindings(report, known);
  if (findings.length === 0) return 0;
  terminal.error(printReport({ ...report, findings }, format));
  terminal.error(`These are not in ${file}. If they are meant, write it with --write, and commit it.`);
  return 1;
}

async function readReport(file: string): Promise<LearnReport> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LearnReport;
  } catch (error) {
    const why = existsSync(file) ? 'is no report' : 'is not there';
    throw new UsageError(`${file} ${why}; --write writes it.`, { cause: error });
  }
}

interface Options {
  readonly format: LearnFormat;
  readonly check: boolean;
  readonly write: boolean;
  readonly file: string;
  readonly module: string;
  readonly requests: string;
  /** The file of the proposal; empty where none is asked for. */
  readonly proposal: string;
  readonly order: boolean;
  /** Empty where a module is named. */
  readonly command: readonly string[];
}

function readArguments(args: readonly string[]): Options {
  const end = args.indexOf('--');
  const { values, positionals } = parseCommandLine({
    args: end < 0 ? [...args] : args.slice(0, end),
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'table' },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      report: { type: 'string', default: REPORT },
      requests: { type: 'string', default: '' },
      propose: { type: 'string', default: '' },
      order: { type: 'boolean', default: false },
    },
  });
  const { format, check, write, report: file, requests, propose: proposal, order } = values;
  const command = end < 0 ? [] : args.slice(end + 1);
  const [module = ''] = positionals;
  if (!FORMATS.includes(format))
    throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${format}".`);
  if (check && write) throw new UsageError('Either --check or --write.');
  if (positionals.length > 1 || command.length > 0 === (module !== ''))
    throw new UsageError('Either a command behind --, or one module.');
  if ((module !== '') !== (requests !== ''))
    throw new UsageError('A module takes --requests, and a command does not.');
  if (proposal !== '' && !/\.[cm]?[jt]s$/.test(proposal))
    throw new UsageError(`--propose takes a file of TypeScript or JavaScript, not "${proposal}".`);
  if (order && proposal === '') throw new UsageError('--order says how the stack of --propose is ordered.');
  return { format: format as LearnFormat, check, write, file, module, requests, proposal, order, command };
}
