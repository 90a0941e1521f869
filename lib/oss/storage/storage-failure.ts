/** Whose fault it is that a store has not done what it was asked: one table for files and for databases. */
import type { ErrorCode } from '../error-codes.ts';

/**
 * - `away`: it cannot be reached now, or is too slow. That passes, or an operator brings it back.
 * - `refused`: it does not let this server in, or not do this. An operator has to permit it.
 * - `full`: it has no room.
 * - `read_only`: it takes no writes.
 * - `data`: it cannot keep this document, whoever asks.
 * - `ours`: it does not understand this server, which is wrong, or of another version.
 */
export type StorageFailure = 'away' | 'refused' | 'full' | 'read_only' | 'data' | 'ours';

/** What a client is told of a failure. */
interface ClientsView {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a client is told of each. Only what may pass by itself is 503. */
export const STORAGE_FAILURES: Readonly<Record<StorageFailure, ClientsView>> = {
  away: {
    status: 503,
    code: 'storage_unavailable',
    message: 'The server cannot reach its store at the moment.',
  },
  refused: {
    status: 503,
    code: 'storage_refused',
    message: "The server's store does not let it do this; nothing was stored.",
  },
  full: {
    status: 503,
    code: 'storage_full',
    message: "The server's disk is full; nothing was stored.",
  },
  read_only: {
    status: 503,
    code: 'storage_read_only',
    message: 'The server may not write to its store; nothing was stored.',
  },
  data: {
    status: 422,
    code: 'storage_rejected',
    message: "The server's store cannot keep this; nothing was stored.",
  },
  ours: {
    status: 500,
    code: 'internal_error',
    message: 'The server and its store do not understand each other.',
  },
};
