import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Adapter } from 'lowdb';
import { decodeText } from '../text-file.ts';
import { setAside } from './damaged-document.ts';
import { assertDocumentSize } from './document-size.ts';
import type { Document } from './document-store.ts';
import { assertOwnerCanBeKept } from './file-owner.ts';
import { linkTarget } from './link-target.ts';
import { parseDocument } from './parse-document.ts';
import { deleteFile, isIrreplaceable, replaceFile, type TemporaryFile } from './replace-file.ts';
import { errorCode } from './storage-error.ts';

/** How often a text that is no document is read again where it may be just being written in place. */
const READ_AGAIN = 5;
const READ_AGAIN_AFTER_MS = 20;

/** What a person should hear of. */
export interface DocumentFileEvents {
  /** What was there is not a JSON object; it was renamed. */
  readonly onDamage: (setAsideAs: string) => void;
  /** Other users can read the file, and this process may not keep them from it. */
  readonly onExposed: (path: string) => void;
}

/**
 * lowdb's adapter for one document in one file. lowdb's own JSONFile replaces the file atomically, but does not
 * fsync: after a power loss the file may be empty. Here every write is durable, see {@link replaceFile}.
 */
export class DurableJsonFile implements Adapter<Document> {
  readonly #path: string;
  readonly #temporary: TemporaryFile;
  readonly #events: DocumentFileEvents;

  /**
   * @param path - where the document is, or a symbolic link to it, which stays one
   * @param temporary - where it is prepared
   */
  constructor(path: string, temporary: TemporaryFile, events: DocumentFileEvents) {
    this.#path = path;
    this.#temporary = temporary;
    this.#events = events;
  }

  async read(): Promise<Document | null> {
    for (let tries = 1; ; tries += 1) {
      const text = await this.#readText();
      if (text === undefined) return null;
      const document = parseDocument(text);
      if (document !== undefined) return document;
      try {
        return await setAside(await linkTarget(this.#path), this.#events.onDamage);
      } catch (error) {
        if (!isIrreplaceable(error)) throw error;
        // A file that is mounted alone begins empty, and cannot be deleted but only emptied.
        if (text.trim() === '') return null;
        if (tries === READ_AGAIN) throw damaged(this.#path, error);
        await delay(READ_AGAIN_AFTER_MS);
      }
    }
  }

  async write(document: Document): Promise<void> {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    assertDocumentSize(this.#path, Buffer.byteLength(text), 'data');
    await replaceFile(await linkTarget(this.#path), text, this.#temporary);
  }

  async delete(): Promise<void> {
    await deleteFile(await linkTarget(this.#path));
  }

  /** Resolves if what is there can be read and written; rejects with what is wrong. */
  async check(): Promise<void> {
    await this.read();
    const target = await linkTarget(this.#path);
    try {
      assertOwnerCanBeKept(await stat(target), target);
      await (await open(target, 'r+')).close();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  async #readText(): Promise<string | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.#path, 'r');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const found = await file.stat();
      await this.#hide(file, found);
      assertDocumentSize(this.#path, found.size, 'ours');
      return decodeText(await file.readFile());
    } finally {
      await file.close();
    }
  }

  /** Keeps others from a file that a person, or another program, has made so that they can read it. */
  async #hide(file: FileHandle, found: Stats): Promise<void> {
    const isExposed = process.platform !== 'win32' && found.isFile() && (found.mode & 0o077) !== 0;
    if (isExposed) await file.chmod(0o600).catch(() => this.#events.onExposed(this.#path));
  }
}

function damaged(path: string, cause: unknown): Error {
  return new Error(`${path} is no JSON object, and cannot be set aside (${errorCode(cause)}): correct it.`, {
    cause,
  });
}
