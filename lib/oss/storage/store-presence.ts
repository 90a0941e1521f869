/**
 * Whether a folder is still the one of the store that was opened. A volume that goes away under a running server leaves its
 * mount point behind, an empty folder; to take that for the store would be to say that no user has tokens.
 *
 * The same folder, by device and inode, is the store, whatever somebody has deleted in it. Another one is the store if its
 * marker says so: a volume that came back, or a restored copy. One that is missing was removed by somebody if the folder
 * around it is of the same device; otherwise a volume went away with it.
 */
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { absent, StorageError } from './storage-error.ts';
import type { StoreMarker } from './store-marker.ts';
import { markerIn } from './store-place.ts';

/** How often it is looked again when the folder has changed during a look. */
const MOST_LOOKS = 10;

/** What tells one folder from another one that has taken its place. */
interface FolderIdentity {
  readonly dev: number;
  readonly ino: number;
}

export class StorePresence {
  readonly #path: string;
  readonly #log: Logger;
  #known: (FolderIdentity & { readonly realPath: string }) | undefined;
  #marker: StoreMarker | undefined;
  #isAway = false;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** What the marker of the store was seen to say; undefined while it is not known, and every folder counts as the store. */
  get marker(): StoreMarker | undefined {
    return this.#marker;
  }

  /** Where the folder is, or was, when no link is followed any more. */
  get realPath(): string {
    return this.#known?.realPath ?? this.#path;
  }

  /** Takes note of the marker, which was just read or written. */
  async marked(marker: StoreMarker): Promise<void> {
    if (this.#known === undefined) await this.remember();
    this.#marker = marker;
  }

  /** Takes the folder as it is now for the store's. */
  async remember(): Promise<void> {
    const realPath = await realpath(this.#path);
    const { dev, ino } = await stat(realPath);
    this.#known = { dev, ino, realPath };
  }

  /**
   * One call of the system where nothing has changed.
   *
   * @throws StorageError when the folder is not the store's any more.
   */
  async assertThere(): Promise<void> {
    const marker = this.#marker;
    if (this.#known === undefined || marker === undefined) return;
    let found: FolderIdentity | undefined;
    let id: string | undefined;
    for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
      found = await stat(this.#path).catch(absent);
      if (isSame(found, this.#known)) {
        this.#isThere();
        return;
      }
      if (found === undefined && (await this.#wasRemoved(this.#known))) return;
      id = (await markerIn(this.#path))?.store_id;
      if (id === marker.store_id) {
        await this.remember();
        this.#isThere();
        return;
      }
      // Another process may be making it anew just now.
      if (isSame(found, await stat(this.#path).catch(absent))) break;
    }
    throw this.#away(id);
  }

  async #wasRemoved({ dev, realPath }: FolderIdentity & { readonly realPath: string }): Promise<boolean> {
    let above = realPath;
    let found: FolderIdentity | undefined;
    while (found === undefined && above !== dirname(above)) {
      above = dirname(above);
      found = await stat(above).catch(absent);
    }
    return found?.dev === dev;
  }

  #isThere(): void {
    if (this.#isAway) this.#log.info({ path: this.#path }, 'The store is back');
    this.#isAway = false;
  }

  #away(otherId: string | undefined): StorageError {
    const error = new Error(
      otherId === undefined
        ? `${this.#path} is not the store any more that was opened. Is its volume mounted? ` +
            'Put it back; or restart all servers to begin an empty store.'
        : `${this.#path} has another store than the one that was opened, ${otherId}. ` +
            'Put that one back; or restart all servers to go on with this one.',
    );
    if (!this.#isAway) this.#log.error({ err: error }, 'The store is away');
    this.#isAway = true;
    return new StorageError(error, 'away');
  }
}

function isSame(one: FolderIdentity | undefined, other: FolderIdentity | undefined): boolean {
  return one?.dev === other?.dev && one?.ino === other?.ino;
}
