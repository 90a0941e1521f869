import { link, readFile, rename, unlink } from 'node:fs/promises';
import { decodeText } from '../text-file.ts';
import { SET_ASIDE_MARK } from './document-key.ts';
import type { Document } from './document-store.ts';
import { parseDocument } from './parse-document.ts';
import { patiently } from './patiently.ts';
import { errorCode } from './storage-error.ts';

/**
 * Renames a damaged document to `<path>.corrupt-<time>`, so that its owner can start anew and an operator can look
 * at what is left of the old one.
 *
 * Between our reading it and our renaming it somebody may have replaced it with a good one. What was renamed is
 * therefore read again, and put back (never over a newer one) if it is good after all.
 *
 * @returns The good document that stands there in the end, or `null`.
 */
export async function setAside(
  path: string,
  onDamage: (setAsideAs: string) => void,
): Promise<Document | null> {
  const aside = `${path}${SET_ASIDE_MARK}${new Date().toISOString().replaceAll(/[-:]/g, '')}`;
  try {
    await patiently(() => rename(path, aside));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const document = parseDocument(decodeText(await readFile(aside)));
  if (document === undefined) {
    onDamage(aside);
    return null;
  }
  await link(aside, path).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  await patiently(() => unlink(aside));
  return document;
}
