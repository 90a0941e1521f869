import type { Document } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

/** What fails of a store: one change, or all from one on; not made, or made without anybody's being told. */
export interface StoreFault {
  /** Counted from 1. */
  readonly at: number;
  readonly isLasting: boolean;
  readonly isMade: boolean;
}

/** Files of which some change fails. */
export class FailingStore extends JsonFileStore {
  fault: StoreFault | undefined;
  changes = 0;

  override write(key: string, document: Document): Promise<void> {
    return this.#change(() => super.write(key, document));
  }

  override delete(key: string): Promise<void> {
    return this.#change(() => super.delete(key));
  }

  async #change(make: () => Promise<void>): Promise<void> {
    this.changes += 1;
    const { at, isLasting, isMade } = this.fault ?? { at: Infinity, isLasting: false, isMade: false };
    const fails = isLasting ? this.changes >= at : this.changes === at;
    if (!fails || isMade) await make();
    if (fails) throw new Error('The disk is full.');
  }
}
