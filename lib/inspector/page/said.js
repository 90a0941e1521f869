/** The parts of what is said of a card or a key. */
import { html } from './dom.js';
import { enumerated } from './format.js';

/** @param {string} text */
export const code = (text) => html('code', {}, text);

/** @param {string} name @param {string} place */
export const title = (name, place) =>
  html('p', { class: 'why-title' }, html('b', {}, name), ' ', html('span', {}, place));

/** @param {string} term @param {readonly string[]} names @returns {Node[]} */
export function fact(term, names) {
  if (names.length === 0) return [];
  return [html('dt', {}, term), html('dd', {}, ...enumerated(names.map(code)))];
}
