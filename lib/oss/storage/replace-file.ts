/**
 * Replaces a file durably: temporary file, fsync, rename, fsync of the folder. Whoever reads sees the old text or the new
 * one.
 *
 * A file can be impossible to replace, above all one that is mounted alone into a container. Then it is written in
 * place, durably too; only a crash in the middle of that can damage it.
 */
import type { Stats } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ForeignFileError, keepOwner, takeFolderOwner } from './file-owner.ts';
import { makeFolder, syncFolder } from './make-folder.ts';
import { patiently } from './patiently.ts';
import { absent, errorCode } from './storage-error.ts';

/** What says of a rename that this file cannot be replaced, or this folder not be changed. */
const IRREPLACEABLE = new Set(['EBUSY', 'EXDEV', 'EACCES', 'EPERM', 'EROFS']);

export interface TemporaryFile {
  /** Where a text is prepared: used by nobody else. */
  readonly path: string;
  /** The folder of the store, which is not made anew for a file in it. */
  readonly root: string;
  /** Whether a process that is dead has left a file of this name. */
  readonly isAbandoned: (name: string) => boolean;
}

/** @throws ForeignFileError, or the error of the file system; the old text is still there then. */
export async function replaceFile(path: string, text: string, temporary: TemporaryFile): Promise<void> {
  const replaced = await stat(path).catch(absent);
  if (replaced === undefined) await makeFolder(dirname(path), temporary.root);
  try {
    await prepare(temporary.path, text, path, replaced);
    await moveIntoPlace(temporary.path, path).catch(async (error: unknown) => {
      if (errorCode(error) !== 'EXDEV') throw error;
      await moveFromBeside(path, text, replaced, temporary);
    });
  } catch (error) {
    const isRefused = error instanceof ForeignFileError || !isIrreplaceable(error);
    if (replaced === undefined || isRefused) throw error;
    await writeInPlace(path, text, error);
  } finally {
    await rm(temporary.path, { force: true }).catch(() => undefined);
  }
}

/** Deletes a file durably; what is not there is no error. One that cannot be deleted is emptied. */
export async function deleteFile(path: string): Promise<void> {
  try {
    await patiently(() => unlink(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    if (!isIrreplaceable(error)) throw error;
    await writeInPlace(path, '', error);
    return;
  }
  await syncFolder(dirname(path));
}

/** Whether an error says of a rename or a deletion that the folder does not let go of this file. */
export function isIrreplaceable(error: unknown): boolean {
  return IRREPLACEABLE.has(errorCode(error) ?? '');
}

async function moveIntoPlace(from: string, to: string): Promise<void> {
  await patiently(() => rename(from, to));
  await syncFolder(dirname(to));
}

/** For a file on another file system than the temporary ones: a link leads there, or a volume is mounted there. */
async function moveFromBeside(
  path: string,
  text: string,
  replaced: Stats | undefined,
  temporary: TemporaryFile,
): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (name.startsWith('~') && temporary.isAbandoned(name.slice(1)))
      await rm(join(folder, name), { force: true });
  }
  // No key can hold a `~`, so nobody takes it for a document.
  const beside = join(folder, `~${basename(temporary.path)}`);
  try {
    await prepare(beside, text, path, replaced);
    await moveIntoPlace(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function prepare(
  temporary: string,
  text: string,
  path: string,
  replaced: Stats | undefined,
): Promise<void> {
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await (replaced === undefined
      ? takeFolderOwner(temporary, dirname(path))
      : keepOwner(temporary, replaced, path));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeInPlace(path: string, text: string, because: unknown): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      const old = await file.readFile();
      // What was there has room; so it can be put back when the disk is full.
      await overwrite(file, Buffer.from(text)).catch(async (error: unknown) => {
        await overwrite(file, old);
        throw error;
      });
    } finally {
      await file.close();
    }
  } catch (cause) {
    const [replacing, writing] = [errorCode(because), errorCode(cause)];
    throw Object.assign(
      new Error(`${path} can neither be replaced (${replacing}) nor be written in place (${writing}).`, {
        cause,
      }),
      { code: writing },
    );
  }
}

async function overwrite(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, undefined, done)).bytesWritten;
  await file.truncate(bytes.length);
  await file.sync();
}
