import { showEmpty } from '../empty.js';
import { hashOf } from '../route.js';

/**
 * OSS, before a token is saved: nothing to list, and the way to change that.
 *
 * @param {HTMLElement} root
 */
export function askForToken(root) {
  const title = root.querySelector('h1');
  const place = document.createElement('div');
  root.replaceChildren(...(title ? [title] : []), place);
  showEmpty(place, {
    title: 'No GitHub token yet',
    text: 'Save a personal access token, and what it can see shows up here.',
    action: { label: 'Add a token', href: hashOf('token') },
  });
}
