/**
 * Asks before something that cannot be taken back.
 *
 * @param {{ title: string, text: string, button: string }} question
 * @returns {Promise<boolean>} true when the person agrees
 */
export function confirm({ title, text, button }) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('confirm'));
  /** @param {string} id @param {string} content */
  const fill = (id, content) => {
    const element = document.getElementById(id);
    if (element) element.textContent = content;
  };
  fill('confirm-title', title);
  fill('confirm-text', text);
  fill('confirm-button', button);
  // Escape closes without a value; what an earlier question was answered must not answer this one.
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'confirm'), { once: true });
  });
}
