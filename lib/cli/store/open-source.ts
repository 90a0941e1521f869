import { ownerOf } from '../../enterprise/tokens/store-owner.ts';
import { ConfigurationError } from '../../oss/errors.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import {
  asStoreMarker,
  claimStore,
  markStore,
  STORE_MARKER,
  type StoreMarker,
} from '../../oss/storage/store-marker.ts';
import { complaintAbout, placeOf } from '../../oss/storage/store-place.ts';

/**
 * Sees to it that a folder is a store before anything in it counts, or is made there.
 *
 * @throws ConfigurationError one line that says what is there instead.
 */
export async function assertIsStore(path: string): Promise<void> {
  const complaint = complaintAbout(path, await placeOf(path), false);
  if (complaint !== undefined) throw new ConfigurationError(`--from: ${complaint}`);
}

export interface TwoStores {
  /** The folder of the source, for what is said. */
  readonly path: string;
  readonly from: DocumentStore;
  readonly to: DocumentStore;
}

/**
 * Sees to it that the source is the store that was copied before, if one was, and of the same GitHub App. Changes nothing.
 *
 * @throws ConfigurationError one line that says what does not belong together.
 */
export async function assertMatching({ path, from, to }: TwoStores): Promise<void> {
  const source = await markerOf(from);
  const target = await markerOf(to);
  const copiedFrom = target?.copied_from;
  if (copiedFrom !== undefined && copiedFrom !== source?.store_id) {
    throw new ConfigurationError(
      `--from: ${path} is ${source === undefined ? 'a store without a marker' : `the store ${source.store_id}`}, ` +
        `but the database has what was copied from the store ${copiedFrom}. Copy into another database; ` +
        `if that store is no more, take copied_from out of the document ${STORE_MARKER} in the database.`,
    );
  }
  const app = source?.github_app_client_id;
  if (app === undefined || app === target?.github_app_client_id) return;
  const owner = await ownerOf(to, target);
  if (owner !== undefined) {
    throw new ConfigurationError(
      `--from: the store in ${path} belongs to the GitHub App ${app}, and the database to ${owner}: ` +
        'neither can refresh the tokens of the other. Copy into another database.',
    );
  }
}

/**
 * Writes into the markers of both what {@link assertMatching} asks for the next time.
 *
 * @returns the id of the source.
 */
export async function markBoth({ from, to }: TwoStores): Promise<string> {
  const { store_id: copied_from, github_app_client_id: app } = await markStore(from);
  const { github_app_client_id: before } = await markStore(to, { copied_from });
  if (app !== undefined) await claimStore(to, app, before);
  return copied_from;
}

/**
 * For the moment before an absent document counts as deleted: the store may have gone since it was opened.
 *
 * @throws ConfigurationError when the source is not the store any more that it was.
 */
export async function assertStillThere(
  path: string,
  from: DocumentStore,
  id: string | undefined,
): Promise<void> {
  if (id !== undefined && (await markerOf(from))?.store_id === id) return;
  throw new ConfigurationError(
    `--from: ${path} is not the store any more that it was: nothing more is deleted.`,
  );
}

async function markerOf(store: DocumentStore): Promise<StoreMarker | undefined> {
  return asStoreMarker(await store.read(STORE_MARKER));
}
