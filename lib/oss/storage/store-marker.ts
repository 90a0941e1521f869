/** The document that says of a store that it is one, and which: so that an empty folder is not taken for it. */
import { randomUUID } from 'node:crypto';
import { BEYOND_A_LEASE, type Document, type DocumentStore } from './document-store.ts';

/** Its key. No other program has a file of this name, should the folder of a file store not be the store's alone. */
export const STORE_MARKER = 'openhands-store.json';

export interface StoreMarker {
  /** Made when a server or a command first opened the store. A copy that was made file by file has the same. */
  readonly store_id: string;
  /** `GITHUB_APP_CLIENT_ID` of the servers that keep tokens in it; undefined where none has yet. */
  readonly github_app_client_id?: string;
  /** The id of the store that `store copy` copies into this one. */
  readonly copied_from?: string;
}

/** The marker that a document is; `undefined` when it is none. */
export function asStoreMarker(document: Document | undefined): StoreMarker | undefined {
  const { store_id, github_app_client_id, copied_from } = document ?? {};
  if (typeof store_id !== 'string' || store_id === '') return undefined;
  return {
    store_id,
    ...(typeof github_app_client_id === 'string' && { github_app_client_id }),
    ...(typeof copied_from === 'string' && { copied_from }),
  };
}

/**
 * Marks a store that was opened rightfully. What its marker says already stays: of several that open it at once, the first
 * one's holds for all.
 *
 * @param facts - what the marker is to say besides the id.
 * @returns what it says now.
 */
export async function markStore(
  documents: DocumentStore,
  facts: Omit<StoreMarker, 'store_id'> = {},
): Promise<StoreMarker> {
  const said = asStoreMarker(await documents.read(STORE_MARKER));
  if (said !== undefined && Object.keys(facts).every((fact) => fact in said)) return said;
  return documents.withLock(
    STORE_MARKER,
    async () => {
      const meanwhile = asStoreMarker(await documents.read(STORE_MARKER));
      const marker = { store_id: randomUUID(), ...facts, ...meanwhile };
      await documents.write(STORE_MARKER, marker);
      return marker;
    },
    BEYOND_A_LEASE,
  );
}
