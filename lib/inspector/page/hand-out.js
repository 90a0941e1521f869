/** What leaves the page: into the clipboard, or as a file. */
import { html } from './dom.js';

/** How long a button says that it has worked, in milliseconds. */
const SAID_FOR = 2_000;

/**
 * A button that copies; nothing where the browser gives no clipboard, as at an address without HTTPS.
 *
 * @param {string} label
 * @param {() => string} text
 * @returns {HTMLElement[]}
 */
export function copyButton(label, text) {
  // Not there in an insecure context, whatever its type says.
  if (!('clipboard' in navigator)) return [];
  const button = actionButton(label, async () => {
    const said = await navigator.clipboard.writeText(text()).then(
      () => 'Copied',
      () => 'The browser refuses',
    );
    button.textContent = said;
    setTimeout(() => (button.textContent = label), SAID_FOR);
  });
  button.setAttribute('aria-live', 'polite');
  return [button];
}

/** @param {string} label @param {() => { name: string, text: string }} file */
export function downloadButton(label, file) {
  return actionButton(label, () => {
    const { name, text } = file();
    const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    html('a', { href, download: name }).click();
    URL.revokeObjectURL(href);
  });
}

/** @param {string} label @param {() => void} act */
export function actionButton(label, act) {
  const button = html('button', { class: 'button button-small', type: 'button' }, label);
  button.addEventListener('click', act);
  return button;
}
