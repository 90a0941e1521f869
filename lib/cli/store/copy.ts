import type { CopiedDocuments } from '../../enterprise/storage/copied-documents.ts';
import { type CopyOutcome, NOT_COPIED, StoreCopy } from '../../enterprise/storage/store-copy.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { Terminal } from '../command.ts';
import { progress } from '../progress.ts';

/** As many as a database answers side by side without keeping its servers waiting. */
const AT_ONCE = 8;

export interface CopyStoreOptions {
  readonly from: DocumentStore;
  readonly to: DocumentStore;
  readonly copied: CopiedDocuments;
  readonly dryRun: boolean;
}

/** Copies all documents, and reports. @returns the exit code. */
export async function copyStore(
  { from, to, copied, dryRun }: CopyStoreOptions,
  terminal: Terminal,
): Promise<number> {
  const copy = new StoreCopy({ from, to, record: copied, dryRun });
  const counts: Record<CopyOutcome, number> = { same: 0, copied: 0, deleted: 0, newer: 0, conflict: 0 };
  const stop = terminal.interruption?.();
  const shown = progress(dryRun ? 'Comparing' : 'Copying', await countOf(presentKeys(from)), terminal);

  const work = async (keys: AsyncIterator<string>) => {
    while (stop?.aborted !== true) {
      const next = await keys.next();
      if (next.done === true) return;
      const outcome = await copy.copy(next.value);
      counts[outcome] += 1;
      if (outcome === 'conflict') terminal.out(`changed on both sides, kept in the database: ${next.value}`);
      shown.advance();
    }
  };
  try {
    for (const keys of [presentKeys(from), goneKeys(from, copied)]) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => work(keys)));
    }
  } finally {
    shown.end();
  }

  terminal.out(summary(counts, dryRun));
  await remindOfKeys(from, terminal);
  if (stop?.aborted === true) return 130;
  const isPending = dryRun && counts.copied + counts.deleted > 0;
  return counts.conflict > 0 || isPending ? 1 : 0;
}

async function* presentKeys(from: DocumentStore): AsyncGenerator<string> {
  for await (const key of from.list('')) if (!NOT_COPIED.includes(key)) yield key;
}

/** Those of documents that were copied, and have been deleted in the source since. */
async function* goneKeys(from: DocumentStore, copied: CopiedDocuments): AsyncGenerator<string> {
  for await (const key of copied.keys()) if ((await from.read(key)) === undefined) yield key;
}

async function countOf(keys: AsyncGenerator<string>): Promise<number> {
  let count = 0;
  while ((await keys.next()).done !== true) count += 1;
  return count;
}

function summary(counts: Readonly<Record<CopyOutcome, number>>, dryRun: boolean): string {
  const did = dryRun ? 'to be ' : '';
  return [
    `${counts.same} the same`,
    `${counts.copied} ${did}copied`,
    `${counts.deleted} ${did}deleted`,
    `${counts.newer} newer in the database`,
    `${counts.conflict} changed on both sides`,
  ].join(', ');
}

/** Without them, the copied tokens cannot be decrypted, and everybody has to sign in again. */
async function remindOfKeys(from: DocumentStore, terminal: Terminal): Promise<void> {
  for (const [variable, key] of [
    ['COOKIE_SECRETS', 'cookie_secrets.json'],
    ['TOKEN_ENCRYPTION_KEYS', 'token_encryption_keys.json'],
  ] as const) {
    if (terminal.env[variable] === undefined && (await from.read(key)) !== undefined) {
      terminal.out(
        `${key} is not copied: set ${variable} to what is in it, for every process on the database.`,
      );
    }
  }
}
