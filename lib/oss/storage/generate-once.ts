import { BEYOND_A_LEASE, type Document, type DocumentStore } from './document-store.ts';

/**
 * The document at `key`; when there is none, the one that `make` gives is stored and returned. Of several
 * processes that start at once, one makes it, and all get that one.
 */
export async function generateOnce(
  documents: DocumentStore,
  key: string,
  make: () => Document,
): Promise<Document> {
  const present = await documents.read(key);
  if (present !== undefined) return present;
  return documents.withLock(
    key,
    async () => {
      const meanwhile = await documents.read(key);
      if (meanwhile !== undefined) return meanwhile;
      const made = make();
      await documents.write(key, made);
      return made;
    },
    BEYOND_A_LEASE,
  );
}
