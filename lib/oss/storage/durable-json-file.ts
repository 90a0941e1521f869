import { mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import { decodeText } from '../text-file.ts';
import { setAside } from './damaged-document.ts';
import type { Document } from './document-store.ts';
import { parseDocument } from './parse-document.ts';
import { errorCode } from './storage-error.ts';

/**
 * lowdb's adapter for one document in one file. lowdb's own JSONFile replaces the file atomically, but does not
 * fsync: after a power loss the file may be empty. Here a write is: temporary file, fsync, rename, fsync of the folder.
 */
export class DurableJsonFile implements Adapter<Document> {
  readonly #path: string;
  readonly #temporaryPath: string;
  readonly #onDamage: (setAsideAs: string) => void;

  /**
   * @param path - where the document is.
   * @param temporaryPath - where it is prepared: on the same file system, and used by nobody else.
   * @param onDamage - told what a document that is not a JSON object was renamed to.
   */
  constructor(path: string, temporaryPath: string, onDamage: (setAsideAs: string) => void) {
    this.#path = path;
    this.#temporaryPath = temporaryPath;
    this.#onDamage = onDamage;
  }

  async read(): Promise<Document | null> {
    const text = await readText(this.#path);
    if (text === undefined) return null;
    const document = parseDocument(text);
    if (document !== undefined) return document;
    return setAside(this.#path, this.#onDamage);
  }

  async write(document: Document): Promise<void> {
    try {
      await writeAndSync(this.#temporaryPath, `${JSON.stringify(document, null, 2)}\n`);
      await this.#moveIntoPlace();
    } catch (error) {
      await rm(this.#temporaryPath, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async delete(): Promise<void> {
    try {
      await unlink(this.#path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      throw error;
    }
    await syncFolder(dirname(this.#path));
  }

  async #moveIntoPlace(): Promise<void> {
    const folder = dirname(this.#path);
    try {
      await rename(this.#temporaryPath, this.#path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      await makeFolder(folder);
      await rename(this.#temporaryPath, this.#path);
    }
    await syncFolder(folder);
  }
}

/** Makes a folder that only this user can enter, and every missing one above it, and makes that durable. */
export async function makeFolder(folder: string): Promise<void> {
  const topmost = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (topmost === undefined) return;
  // A new folder is an entry in its parent: each parent from the topmost new folder down needs its own fsync.
  for (let made = folder; made.length >= topmost.length; made = dirname(made))
    await syncFolder(dirname(made));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for fsync, and journals renames by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
