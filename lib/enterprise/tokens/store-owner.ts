import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { StoreMarker } from '../../oss/storage/store-marker.ts';
import { revocationUserIds } from './revocation-documents.ts';
import { tokenUserIds } from './token-documents.ts';

/**
 * The GitHub App that a store belongs to, by its client ID: only that one can refresh the tokens in it, and give them back. One
 * that has kept none there has no claim, whatever the marker says.
 *
 * @param marker - that of the store.
 */
export async function ownerOf(
  documents: DocumentStore,
  marker: StoreMarker | undefined,
): Promise<string | undefined> {
  const owner = marker?.github_app_client_id;
  if (owner === undefined) return undefined;
  for (const ids of [tokenUserIds(documents), revocationUserIds(documents)]) {
    for await (const _ of ids) return owner;
  }
  return undefined;
}
