/** Which requests are shown. */
import { endOf } from './early-end.js';

/**
 * @typedef {import('./wire.d.ts').Request} Request
 *
 * @typedef {object} Filter
 * @property {string} text words of its path, of the process that had it, of who ended it, or of its conflicts
 * @property {string} method `''` for any
 * @property {string} status `404`, `4xx`, `pending`, `aborted`, `lost`, or several with commas between
 * @property {boolean} conflicts only those with conflicts
 * @property {boolean} files static files as well
 */

/** @type {Filter} */
export const EVERYTHING = { text: '', method: '', status: '', conflicts: false, files: false };

/** Whether this says which statuses are meant. @param {string} status */
export const isStatus = (status) => partsOf(status).every((part) => STATUS.test(part));

const STATUS = /^(?:[1-5]xx|[1-5]\d\d|pending|aborted|lost)$/;

/**
 * Makes the test of a filter, which is asked for every request.
 *
 * @param {Filter} filter
 * @param {readonly { name: string }[]} plan
 * @returns {(request: Request) => boolean}
 */
export function testOf({ text, method, status, conflicts, files }, plan) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const statuses = isStatus(status) ? partsOf(status) : [];
  return (request) => {
    if (!files && isQuietFile(request)) return false;
    if (conflicts && request.conflicts.length === 0) return false;
    if (method !== '' && request.method !== method) return false;
    if (statuses.length > 0 && !statuses.some((wanted) => hasStatus(request, wanted))) return false;
    if (words.length === 0) return true;
    const about = [
      request.path,
      request.process ?? '',
      plan[endOf(request) ?? -1]?.name ?? '',
      ...request.conflicts.flatMap(({ id, key = '' }) => [id, key]),
    ];
    const searched = about.join('\n').toLowerCase();
    return words.every((word) => searched.includes(word));
  };
}

/** A static file of which there is nothing to say. @param {Request} request */
export const isQuietFile = ({ isStatic, conflicts, status = 0 }) =>
  isStatic && conflicts.length === 0 && status < 400;

/** @param {string} status */
function partsOf(status) {
  return status
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** @param {Request} request @param {string} wanted */
function hasStatus({ outcome, status }, wanted) {
  if (wanted.endsWith('xx')) return Math.floor((status ?? 0) / 100) === Number(wanted[0]);
  return String(status ?? outcome) === wanted;
}
