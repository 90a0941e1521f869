import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { CopiedDocuments } from '../enterprise/storage/copied-documents.ts';
import { readDatabaseUrl } from '../enterprise/storage/database-environment.ts';
import { describeDatabase } from '../enterprise/storage/database-url.ts';
import { PostgresDatabase } from '../enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../enterprise/storage/postgres-store.ts';
import { JsonFileStore } from '../oss/storage/json-file-store.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { PatientStore } from './patient-store.ts';
import { copyStore } from './store/copy.ts';
import { assertIsStore } from './store/open-source.ts';

const POSTGRES = /^postgres(ql)?:\/\//;

/** `openhands-express store`: moves what one machine has kept in files to where several can share it. */
export const store: Command = {
  usage: `store copy --from file:<folder> --to postgres://… [--delete-missing] [--verify]

Copies settings, sessions and tokens from a file store into a database, while servers run on either. Run it again to copy
what has changed since: what the database has newer is kept. The documents in the folder stay as they are.

  --from    the folder, file:<FILE_STORE_PATH>
  --to      the database; without it, the one that DATABASE_URL names, so that the password is in no list of processes
  --delete-missing
            deletes in the database what was copied and is missing in the folder since, such as sessions that have ended;
            without it nothing is ever deleted
  --accept-missing <number>
            goes on although most of what was copied is missing on one side, up to so many documents: otherwise that is
            refused, since the folder may not be mounted, or be another one
  --verify  copies nothing, and reports what would be

Exit code 1: something is different on both sides or missing in the folder, is still to be copied (--verify), or the
stores do not belong together.
Exit code 130: it was stopped, and can be run again.`,

  async run(args, terminal) {
    const { path, databaseUrl: url, verify, ...missing } = readArguments(args, terminal.env);
    if (!(await isFolder(path))) throw new UsageError(`There is no folder ${path}.`);
    await assertIsStore(path);
    terminal.error(`Store: from JSON files in ${resolve(path)} to ${describeDatabase(url)}`);
    const log = pino({ level: 'silent' });
    const from = new PatientStore(new JsonFileStore({ path, log }), terminal);
    const to = new PatientStore(new PostgresStore({ url, log }), terminal);
    const database = new PostgresDatabase({ url, log });
    try {
      await to.verify();
      const copied = new CopiedDocuments(database);
      return await copyStore({ path, from, to, copied, dryRun: verify, ...missing }, terminal);
    } finally {
      await Promise.all([from.close(), to.close(), database.close()]);
    }
  },
};

function readArguments(args: readonly string[], env: Terminal['env']) {
  const { values, positionals } = parseCommandLine({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      'delete-missing': { type: 'boolean', default: false },
      'accept-missing': { type: 'string', default: '0' },
      verify: { type: 'boolean', default: false },
    },
  });
  const [action, ...rest] = positionals;
  if (action !== 'copy')
    throw new UsageError(action === undefined ? 'What to do?' : `There is no "${action}".`);
  if (rest.length > 0) throw new UsageError('Too many arguments.');
  const path = folderOf(values.from ?? '');
  if (path === undefined) throw new UsageError('--from takes file:<folder>.');
  if (values.to !== undefined && !POSTGRES.test(values.to)) {
    throw new UsageError('--to takes postgres://user:password@host:port/database.');
  }
  const accepted = values['accept-missing'];
  if (!/^\d{1,9}$/.test(accepted)) throw new UsageError('--accept-missing takes a number of documents.');
  return {
    path,
    databaseUrl: readDatabaseUrl(values.to === undefined ? env : { ...env, DATABASE_URL: values.to }),
    verify: values.verify,
    deleteMissing: values['delete-missing'],
    acceptMissing: Number(accepted),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The folder in `file:<folder>`, which may as well be written as an address, such as `file:///C:/data`. */
function folderOf(from: string): string | undefined {
  if (/^file:\/\/\/./.test(from)) return fileURLToPath(from);
  return /^file:(?<path>.+)$/s.exec(from)?.groups?.path;
}
