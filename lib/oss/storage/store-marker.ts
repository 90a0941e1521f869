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
  return changeMarker(documents, (said) =>
    said !== undefined && Object.keys(facts).every((fact) => fact in said)
      ? said
      : { store_id: randomUUID(), ...facts, ...said },
  );
}

/**
 * Has the marker say that a store belongs to a GitHub App.
 *
 * @param app - its client ID.
 * @param before - whom it may belong to until now; when somebody else has claimed it meanwhile, it stays theirs.
 * @returns what the marker says now.
 */
export async function claimStore(
  documents: DocumentStore,
  app: string,
  before: string | undefined,
): Promise<StoreMarker> {
  return changeMarker(documents, (said) => {
    const owner = said?.github_app_client_id;
    if (said !== undefined && (owner === app || owner !== before)) return said;
    return { store_id: randomUUID(), ...said, github_app_client_id: app };
  });
}

/** @param change - gives the marker as it is to be; the one that it gets when nothing is to be written. */
async function changeMarker(
  documents: DocumentStore,
  change: (said: StoreMarker | undefined) => StoreMarker,
): Promise<StoreMarker> {
  const read = async () => asStoreMarker(await documents.read(STORE_MARKER));
  const said = await read();
  if (said !== undefined && change(said) === said) return said;
  return documents.withLock(
    STORE_MARKER,
    async () => {
      const meanwhile = await read();
      const marker = change(meanwhile);
      if (marker !== meanwhile) await documents.write(STORE_MARKER, { ...marker });
      return marker;
    },
    BEYOND_A_LEASE,
  );
}
