/**
 * What is looked at, in the part of the address that is sent to nobody: a filter, a request, or two that are compared.
 * A request has the name of the process that saw it, since each counts from 1, or of a server whose processes share ids.
 */
import { EVERYTHING } from './filter.js';

/**
 * @typedef {import('./filter.js').Filter} Filter
 *
 * @typedef {object} Reference
 * @property {string} run
 * @property {number} id
 *
 * @typedef {object} View
 * @property {Filter} filter
 * @property {Reference | undefined} request
 * @property {readonly Reference[]} compare none, or two
 */

/** @param {string} hash with the number sign @returns {View} */
export function readAddress(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const compare = given.getAll('compare').flatMap(referenceOf);
  return {
    filter: {
      text: given.get('q') ?? EVERYTHING.text,
      method: (given.get('method') ?? EVERYTHING.method).toUpperCase(),
      status: given.get('status') ?? EVERYTHING.status,
      conflicts: given.has('conflicts'),
      files: given.has('files'),
    },
    request: referenceOf(given.get('request') ?? '')[0],
    compare: compare.length === 2 ? compare : [],
  };
}

/** @param {View} view @returns {string} with the number sign; empty for a view of everything */
export function writeAddress({ filter, request, compare }) {
  const written = new URLSearchParams();
  if (filter.text !== '') written.set('q', filter.text);
  if (filter.method !== '') written.set('method', filter.method);
  if (filter.status !== '') written.set('status', filter.status);
  if (filter.conflicts) written.set('conflicts', '1');
  if (filter.files) written.set('files', '1');
  if (request !== undefined) written.set('request', nameOf(request));
  for (const one of compare) written.append('compare', nameOf(one));
  const text = written.toString();
  return text === '' ? '' : `#${text}`;
}

/** @param {Reference} reference */
export const nameOf = ({ run, id }) => `${run}.${id}`;

/** @param {string} name @returns {Reference[]} */
function referenceOf(name) {
  const { run, id } = /^(?<run>[\da-f]+)\.(?<id>[1-9]\d{0,15})$/.exec(name)?.groups ?? {};
  return run === undefined ? [] : [{ run, id: Number(id) }];
}
