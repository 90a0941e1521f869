/**
 * Asks before something that cannot be taken back.
 *
 * @param {{ title: string, text: string, button: string }} question
 * @param {AbortSignal} signal of the view that asks: who leaves it, as by going back, has not agreed
 * @returns {Promise<boolean>} true when the person agrees
 */
export function confirm({ title, text, button }, signal) {
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
  const leave = () => dialog.close();
  signal.addEventListener('abort', leave);
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', leave);
      resolve(dialog.returnValue === 'confirm');
    };
    dialog.addEventListener('close', end, { once: true });
  });
}
