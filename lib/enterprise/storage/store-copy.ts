/**
 * Copies documents from one store into another while servers work on both, again and again until nothing is left to copy.
 *
 * What either side has changed since the last copy is told apart by a digest of each document as it was copied. A
 * document that only the source has changed is copied again. One that the source lacks is deleted only where that was asked
 * for: it may be that the source is not all there. One that only the target has changed is newer
 * there, and kept: for tokens that is a pair that GitHub has rotated since, and the old one is dead. If both have
 * changed it, the target's is kept as well, and reported.
 */
import { createHash } from 'node:crypto';
import type { Document, DocumentStore } from '../../oss/storage/document-store.ts';
import { STORE_MARKER } from '../../oss/storage/store-marker.ts';

/**
 * Keys beside what they encrypt protect nothing; and processes on a database get them from their environment. A marker says
 * which store this is, and the other one is another.
 */
export const NOT_COPIED: readonly string[] = [
  'cookie_secrets.json',
  'token_encryption_keys.json',
  STORE_MARKER,
];

/** What is remembered of the last copy; see `CopiedDocuments`. */
export interface CopyRecord {
  digest(key: string): Promise<string | undefined>;
  remember(key: string, digest: string): Promise<void>;
  forget(key: string): Promise<void>;
}

/**
 * - `same`: both stores have the same.
 * - `copied`, `deleted`: the source had changed, and the target has that now.
 * - `missing`: the source lacks what was copied, and the target keeps it.
 * - `newer`: the target has changed since it was copied.
 * - `conflict`: both have.
 */
export type CopyOutcome = 'same' | 'copied' | 'deleted' | 'missing' | 'newer' | 'conflict';

export interface StoreCopyOptions {
  readonly from: DocumentStore;
  readonly to: DocumentStore;
  readonly record: CopyRecord;
  /** Whether only to tell what would be done. */
  readonly dryRun?: boolean;
  /**
   * Called before what the source lacks is deleted in the target; rejects to prevent it. Without it nothing is deleted.
   */
  readonly confirmDeletion?: () => Promise<void>;
}

export class StoreCopy {
  readonly #from: DocumentStore;
  readonly #to: DocumentStore;
  readonly #record: CopyRecord;
  readonly #dryRun: boolean;
  readonly #confirmDeletion: (() => Promise<void>) | undefined;

  constructor({ from, to, record, dryRun = false, confirmDeletion }: StoreCopyOptions) {
    this.#from = from;
    this.#to = to;
    this.#record = record;
    this.#dryRun = dryRun;
    this.#confirmDeletion = confirmDeletion;
  }

  /**
   * Copies one document, or its absence.
   *
   * @throws StorageError, LockTimeoutError, and what `confirmDeletion` rejects with.
   */
  async copy(key: string): Promise<CopyOutcome> {
    // Most documents have not changed since the last time: those cost no lock.
    const unchanged = digestOf(await this.#from.read(key));
    if (unchanged !== ABSENT && unchanged === (await this.#record.digest(key))) {
      return unchanged === digestOf(await this.#to.read(key)) ? 'same' : 'newer';
    }
    if (this.#dryRun) return this.#copyAlone(key);
    // The servers change a document under the lock of its key, and so does this.
    return this.#from.withLock(key, () => this.#to.withLock(key, () => this.#copyAlone(key)));
  }

  async #copyAlone(key: string): Promise<CopyOutcome> {
    const document = await this.#from.read(key);
    const source = digestOf(document);
    const target = digestOf(await this.#to.read(key));
    const copied = (await this.#record.digest(key)) ?? ABSENT;
    if (source === target) {
      await this.#remember(key, source);
      return 'same';
    }
    if (target === copied) {
      if (document === undefined && this.#confirmDeletion === undefined) return 'missing';
      await this.#put(key, document);
      await this.#remember(key, source);
      return document === undefined ? 'deleted' : 'copied';
    }
    return source === copied ? 'newer' : 'conflict';
  }

  async #put(key: string, document: Document | undefined): Promise<void> {
    if (this.#dryRun) return;
    if (document !== undefined) {
      await this.#to.write(key, document);
      return;
    }
    await this.#confirmDeletion?.();
    await this.#to.delete(key);
  }

  async #remember(key: string, digest: string): Promise<void> {
    if (this.#dryRun) return;
    await (digest === ABSENT ? this.#record.forget(key) : this.#record.remember(key, digest));
  }
}

/** The digest of nothing. */
const ABSENT = '';

function digestOf(document: Document | undefined): string {
  if (document === undefined) return ABSENT;
  return createHash('sha256').update(JSON.stringify(document)).digest('base64url');
}
