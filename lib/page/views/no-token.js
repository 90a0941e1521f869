import { clone } from '../templates.js';

/**
 * OSS, before a token is saved: nothing to list, and the way to change that.
 *
 * @param {HTMLElement} root
 */
export function askForToken(root) {
  const title = root.querySelector('h1');
  root.replaceChildren(...(title ? [title] : []), clone('no-token'));
}
