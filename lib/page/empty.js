import { clone, slots } from './templates.js';

/**
 * Says in a place that there is nothing to list, and what can be done about it.
 *
 * @param {HTMLElement} place
 * @param {{ title: string, text: string, action?: { label: string, href: string } }} words
 */
export function showEmpty(place, { title, text, action }) {
  const content = clone('empty');
  const part = slots(content);
  part.title.textContent = title;
  part.text.textContent = text;
  part.action.hidden = action === undefined;
  if (action) {
    part.action.textContent = action.label;
    part.action.href = action.href;
  }
  place.replaceChildren(content);
}
