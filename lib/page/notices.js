/** Messages to the person, in a place that screen readers announce. */
import { clone, slots } from './templates.js';

/**
 * @typedef {object} Notice
 * @property {'failure' | 'warning' | 'success'} tone
 * @property {string} title
 * @property {string} [text]
 * @property {{ label: string, run?: () => void, href?: string }[]} [actions]
 */

/**
 * Shows one notice in a place, instead of what was there.
 *
 * @param {HTMLElement} place
 * @param {Notice} notice
 */
export function show(place, { tone, title, text = '', actions = [] }) {
  const content = clone('notice');
  const notice = /** @type {HTMLElement} */ (content.firstElementChild);
  notice.classList.add(`notice-${tone}`);
  notice.setAttribute('role', tone === 'failure' ? 'alert' : 'status');
  const part = slots(content);
  part.title.textContent = title;
  part.text.textContent = text;
  part.text.hidden = text === '';
  part.actions.append(...actions.map(control));
  part.actions.hidden = actions.length === 0;
  place.replaceChildren(content);
}

/** @param {HTMLElement} place */
export function clear(place) {
  place.replaceChildren();
}

/** @param {{ label: string, run?: () => void, href?: string }} action */
function control({ label, run, href }) {
  const element = document.createElement(href ? 'a' : 'button');
  element.className = 'button button-small';
  element.textContent = label;
  if (href) element.setAttribute('href', href);
  if (run) element.addEventListener('click', run);
  return element;
}
