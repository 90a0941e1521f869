/** The codes of the errors that many operations share. */
import type { ErrorCode } from '../error-codes.ts';
import type { ErrorCodes } from './operation.ts';

/** Somebody else holds a document for too long, or the store does not do what it should (`StorageError`). */
export const STORE_ERRORS = [
  'store_busy',
  'storage_full',
  'storage_read_only',
  'storage_refused',
  'storage_unavailable',
] as const;

/** Everything may be answered so, for the sake of its `Host`. */
export const HOST_ERRORS: ErrorCodes = { 400: ['bad_request'], 421: ['unknown_host'] };

/** Everything under `/api` may be answered so. */
export const API_ERRORS: ErrorCodes = {
  429: ['rate_limit_exceeded'],
  500: ['internal_error'],
  503: STORE_ERRORS,
};

/** And what has a body besides. */
export const CHANGE_ERRORS: ErrorCodes = {
  400: ['malformed_json', 'bad_request'],
  403: ['cross_origin'],
  408: ['request_timeout'],
  413: ['body_too_large'],
  415: ['unsupported_media_type'],
  422: ['storage_rejected'],
};

/** Why GitHub refuses what a token that works is used for. */
export const GITHUB_REFUSALS = [
  'github_forbidden',
  'github_ip_not_allowed',
  'github_missing_permission',
  'github_sso_required',
  'github_suspended',
] as const satisfies ErrorCode[];

/** What GitHub's failures become; `meaningOf` says when. */
export const GITHUB_ERRORS: ErrorCodes = {
  401: ['github_token_required', 'invalid_github_token'],
  403: GITHUB_REFUSALS,
  404: ['github_not_found'],
  422: ['github_rejected'],
  429: ['github_rate_limited'],
  503: ['github_unavailable'],
};
