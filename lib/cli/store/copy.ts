import type { CopiedDocuments } from '../../enterprise/storage/copied-documents.ts';
import { type CopyOutcome, StoreCopy } from '../../enterprise/storage/store-copy.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { Terminal } from '../command.ts';
import { progress } from '../progress.ts';
import { sideBySide } from '../side-by-side.ts';
import { assertMatching, assertStillThere, markBoth } from './open-source.ts';
import { presentKeys, survey } from './survey.ts';

export interface CopyStoreOptions {
  /** The folder of the source, for what is said. */
  readonly path: string;
  readonly from: DocumentStore;
  readonly to: DocumentStore;
  readonly copied: CopiedDocuments;
  readonly dryRun: boolean;
  /** Whether a document that was copied, and is missing in the source, is deleted in the target. */
  readonly deleteMissing: boolean;
  /** How many documents may be missing on one side that were copied, where most are. */
  readonly acceptMissing: number;
}

/**
 * Copies all documents, and reports.
 *
 * @returns the exit code.
 * @throws ConfigurationError one line, when the two stores do not belong together.
 */
export async function copyStore(options: CopyStoreOptions, terminal: Terminal): Promise<number> {
  const { path, from, to, copied, dryRun, deleteMissing } = options;
  await assertMatching(options);
  const { present, missing } = await survey(options);
  const id = dryRun ? undefined : await markBoth(options);
  const copy = new StoreCopy({
    from,
    to,
    record: copied,
    dryRun,
    ...(deleteMissing && { confirmDeletion: () => assertStillThere(path, from, id) }),
  });
  const counts: Record<CopyOutcome, number> = {
    same: 0,
    copied: 0,
    deleted: 0,
    missing: 0,
    newer: 0,
    conflict: 0,
  };
  const stop = terminal.interruption?.();
  const shown = progress(dryRun ? 'Comparing' : 'Copying', present + missing.length, terminal);
  try {
    for (const keys of [presentKeys(from), missing]) {
      await sideBySide(keys, stop, async (key) => {
        const outcome = await copy.copy(key);
        counts[outcome] += 1;
        if (outcome === 'conflict') terminal.out(`changed on both sides, kept in the database: ${key}`);
        shown.advance();
      });
    }
  } finally {
    shown.end();
  }

  terminal.out(summary(counts, dryRun));
  if (counts.missing > 0) {
    terminal.out(
      `${counts.missing} that were copied are missing in ${path}, and kept in the database: --delete-missing deletes them.`,
    );
  }
  await remindOfKeys(from, terminal);
  if (stop?.aborted === true) return 130;
  const isPending = dryRun && counts.copied + counts.deleted > 0;
  return counts.conflict + counts.missing > 0 || isPending ? 1 : 0;
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
    const isUnset = (terminal.env[variable] ?? '').trim() === '';
    if (isUnset && (await from.read(key)) !== undefined) {
      terminal.out(
        `${key} is not copied: set ${variable} to what is in it, for every process on the database.`,
      );
    }
  }
}
