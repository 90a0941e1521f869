import type { CopiedDocuments } from '../../enterprise/storage/copied-documents.ts';
import { NOT_COPIED } from '../../enterprise/storage/store-copy.ts';
import { ConfigurationError } from '../../oss/errors.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { STORE_MARKER } from '../../oss/storage/store-marker.ts';
import { sideBySide } from '../side-by-side.ts';

export interface SurveyOptions {
  /** The folder of the source, for what is said. */
  readonly path: string;
  readonly from: DocumentStore;
  readonly copied: CopiedDocuments;
  /** How many documents may be missing on one side that were copied, where most are. */
  readonly acceptMissing: number;
}

/** What there is to do, as far as the keys tell. */
export interface Survey {
  /** How many documents there are to copy. */
  readonly present: number;
  /** The keys of those that were copied, and are not in the source any more. */
  readonly missing: readonly string[];
}

/**
 * Looks at both sides before anything is copied: what most of the documents are missing from is hardly the right place.
 *
 * @throws ConfigurationError one line, when one of them is not what was copied before.
 */
export async function survey({ path, from, copied, acceptMissing }: SurveyOptions): Promise<Survey> {
  let known = 0;
  let gone = 0;
  const missing: string[] = [];
  await sideBySide(copied.entries(), undefined, async ({ key, isHere }) => {
    known += 1;
    if (!isHere) gone += 1;
    if ((await from.read(key)) === undefined) missing.push(key);
  });
  const lacking = (count: number) => count * 2 > known && count > acceptMissing;
  if (lacking(missing.length)) {
    throw new ConfigurationError(
      `--from: ${path} lacks ${missing.length} of the ${known} documents that were copied from it. Is all of it mounted? ` +
        `If they were deleted rightly, add --accept-missing ${missing.length}.`,
    );
  }
  if (lacking(gone)) {
    throw new ConfigurationError(
      `--to: the database lacks ${gone} of the ${known} documents that were copied into it. If it was emptied, ` +
        'DELETE FROM openhands_copied has everything copied again. ' +
        `If they were deleted rightly, add --accept-missing ${gone}.`,
    );
  }
  return { present: await countPresent(path, from, known), missing };
}

/** Those that are copied. */
export async function* presentKeys(from: DocumentStore): AsyncGenerator<string> {
  for await (const key of from.list('')) if (!NOT_COPIED.includes(key)) yield key;
}

async function countPresent(path: string, from: DocumentStore, known: number): Promise<number> {
  let all = 0;
  let present = 0;
  for await (const key of from.list('')) {
    if (key === STORE_MARKER) continue;
    if (key.endsWith(`/${STORE_MARKER}`)) {
      const inner = key.slice(0, -STORE_MARKER.length - 1);
      throw new ConfigurationError(`--from: ${path} has another store in it: move ${inner} out of it.`);
    }
    all += 1;
    if (!NOT_COPIED.includes(key)) present += 1;
  }
  if (all === 0 && known === 0) throw new ConfigurationError(`--from: the store in ${path} is empty.`);
  return present;
}
