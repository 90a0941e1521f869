/** The server's HTTP interface, as this page uses it. Nothing else in the page calls `fetch`. */

/**
 * @typedef {object} Profile
 * @property {number} id
 * @property {string} login
 * @property {string | null} company
 * @property {string | null} name
 * @property {string | null} email
 *
 * @typedef {object} Repository
 * @property {number} id
 * @property {string} full_name
 * @property {number} stargazers_count
 * @property {string | null} link_header
 *
 * @typedef {object} SuggestedTask
 * @property {string} task_type
 * @property {string} repo
 * @property {number} issue_number
 * @property {string} title
 *
 * @typedef {object} Configuration
 * @property {'oss' | 'saas'} APP_MODE
 * @property {string} [APP_SLUG]
 * @property {{ HIDE_LLM_SETTINGS?: boolean }} [FEATURE_FLAGS]
 *
 * @typedef {Record<string, string | number | boolean | null>} Settings
 *
 * @typedef {object} Complaint
 * @property {(string | number)[]} loc
 * @property {string} msg
 * @property {string} type
 */

/**
 * Where a path of the server is. The page's document lies at the server's root, wherever a host has mounted that.
 *
 * @param {string} path such as `api/settings`
 */
export const at = (path) => new URL(path, document.baseURI);

/** A call that failed: `status` 0 and code `unreachable` when no answer came at all. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {{ retryAfterSeconds?: number | undefined, detail?: Complaint[] }} [more]
   */
  constructor(status, code, message, { retryAfterSeconds, detail = [] } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.detail = detail;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: unknown, signal?: AbortSignal | undefined }} [options]
 * @returns {Promise<{ data: any, headers: Headers }>}
 * @throws {ApiError} for every answer but 2xx, and when there is none
 */
async function call(method, path, { body, signal } = {}) {
  /** @type {RequestInit} */
  const init = { method, headers: { accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { ...init.headers, 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  /** @type {Response} */
  let response;
  try {
    response = await fetch(at(path), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The server does not answer.');
  }
  const data = await response.json().catch(() => undefined);
  if (response.ok && data !== undefined) return { data, headers: response.headers };
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new ApiError(
    response.status,
    data?.code ?? 'unexpected',
    data?.error ?? 'The server sent an answer that makes no sense.',
    {
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
      detail: data?.detail ?? [],
    },
  );
}

/**
 * @param {string} path
 * @param {Record<string, string | number | undefined>} query
 */
function withQuery(path, query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  return `${path}?${parameters}`;
}

/** @returns {Promise<Configuration>} */
export const getConfiguration = async () => (await call('GET', 'api/options/config')).data;

/**
 * @param {'models' | 'agents' | 'security-analyzers'} kind
 * @param {AbortSignal} [signal]
 * @returns {Promise<string[]>}
 */
export const getOptions = async (kind, signal) => (await call('GET', `api/options/${kind}`, { signal })).data;

/** OSS: is a token saved? Enterprise: is somebody signed in? */
export async function isAuthenticated() {
  try {
    await call('POST', 'api/authenticate');
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

/** @param {{ everywhere?: boolean }} [options] */
export const logOut = ({ everywhere = false } = {}) =>
  call('POST', everywhere ? 'api/logout?everywhere=1' : 'api/logout');

/**
 * The settings, without any secret; undefined when none have been stored yet.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<Settings | undefined>}
 */
export async function getSettings(signal) {
  try {
    return (await call('GET', 'api/settings', { signal })).data;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * A field that is left out keeps its stored value.
 *
 * @param {Settings} changes
 */
export const saveSettings = (changes) => call('POST', 'api/settings', { body: changes });

/**
 * Who the token belongs to. `stale`: GitHub does not answer, and this is what it said last time.
 *
 * @returns {Promise<{ profile: Profile, stale: boolean }>}
 */
export async function getProfile() {
  const { data, headers } = await call('GET', 'api/github/user');
  return { profile: data, stale: headers.has('x-stale') };
}

/**
 * @param {{ page: number, perPage: number, sort: string, installationId: string }} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<Repository[]>}
 */
export async function getRepositories({ page, perPage, sort, installationId }, signal) {
  const query = { page, per_page: perPage, sort, installation_id: installationId };
  return (await call('GET', withQuery('api/github/repositories', query), { signal })).data;
}

/**
 * @param {{ query: string, perPage: number }} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<Repository[]>}
 */
export async function searchRepositories({ query, perPage }, signal) {
  return (
    await call('GET', withQuery('api/github/search/repositories', { query, per_page: perPage }), { signal })
  ).data;
}

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<number[]>}
 */
export const getInstallations = async (signal) =>
  (await call('GET', 'api/github/installations', { signal })).data;

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<SuggestedTask[]>}
 */
export const getSuggestedTasks = async (signal) =>
  (await call('GET', 'api/github/suggested-tasks', { signal })).data;
