/**
 * Does something while a button says that it is being done, and cannot be pressed again. It keeps the focus, which a
 * disabled button would lose.
 *
 * @template Result
 * @param {HTMLButtonElement} button
 * @param {string} label what it says meanwhile, such as "Saving…"
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result | undefined>} undefined when it is busy already
 */
export async function whileBusy(button, label, work) {
  if (button.getAttribute('aria-disabled') === 'true') return undefined;
  const usual = button.textContent;
  button.setAttribute('aria-disabled', 'true');
  button.textContent = label;
  try {
    return await work();
  } finally {
    button.removeAttribute('aria-disabled');
    button.textContent = usual;
  }
}
