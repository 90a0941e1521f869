/** Between the controls of a form and the fields of Settings; a control's name is its field's name. */
import { ApiError } from './api.js';
import { whatToWrite } from './what-to-write.js';

/** @typedef {import('./api.js').Settings} Settings */
/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/** @param {HTMLFormElement} form @returns {Control[]} */
const controls = (form) =>
  [...form.querySelectorAll('input, select')].map((element) => /** @type {Control} */ (element));

/**
 * Shows the stored values, and over them what the person has changed before. A stored secret is never shown.
 *
 * @param {HTMLFormElement} form
 * @param {Settings} stored
 * @param {Settings} [changed] as {@link changes} tells it
 */
export function fill(form, stored, changed = {}) {
  for (const control of controls(form)) {
    const { name } = control;
    const kept = control.type === 'password' ? undefined : stored[name];
    const value = name in changed ? changed[name] : kept;
    if (control instanceof HTMLSelectElement) keep(control, value);
    if (control.type === 'checkbox') /** @type {HTMLInputElement} */ (control).checked = value === true;
    else control.value = String(value ?? '');
  }
}

/**
 * A stored value that the list does not know, say from a newer client, must survive.
 *
 * @param {HTMLSelectElement} select
 * @param {Settings[string] | undefined} value
 */
function keep(select, value) {
  if (typeof value !== 'string' || [...select.options].some((option) => option.value === value)) return;
  select.add(new Option(value, value));
}

/**
 * What the person has changed; the server keeps what is left out.
 *
 * @param {HTMLFormElement} form
 * @param {Settings} stored
 * @returns {Settings}
 */
export function changes(form, stored) {
  /** @type {Settings} */
  const changed = {};
  for (const control of controls(form)) {
    const value = read(control);
    if (control.type === 'password' ? value !== null : value !== before(control, stored))
      changed[control.name] = value;
  }
  return changed;
}

/** @param {Control} control @returns {string | number | boolean | null} */
function read(control) {
  if (control.type === 'checkbox') return /** @type {HTMLInputElement} */ (control).checked;
  const text = control.value.trim();
  if (text === '') return null;
  return control.type === 'number' ? Number(text) : text;
}

/** @param {Control} control @param {Settings} stored */
function before(control, stored) {
  return stored[control.name] ?? (control.type === 'checkbox' ? false : null);
}

/**
 * Puts the complaints of a 422 beside the fields they are about, and the cursor into the first of them.
 *
 * @param {HTMLFormElement} form
 * @param {unknown} error
 */
export function markComplaints(form, error) {
  if (!(error instanceof ApiError)) return;
  const marked = error.detail.flatMap((detail) => {
    const control = controls(form).find(({ name }) => name === detail.loc.at(-1));
    if (!control) return [];
    const complaint = document.createElement('p');
    complaint.className = 'complaint';
    complaint.id = `${control.id}-complaint`;
    complaint.textContent = whatToWrite(detail);
    control.setAttribute('aria-invalid', 'true');
    // Read before the hint. Screen readers pay more attention to this than to `aria-errormessage`.
    control.setAttribute('aria-describedby', [complaint.id, ...descriptionsOf(control)].join(' '));
    // Below the frame of a field that offers a list.
    (control.closest('.combobox') ?? control).after(complaint);
    return [control];
  });
  marked[0]?.focus();
}

/** @param {HTMLFormElement} form */
export function unmark(form) {
  for (const complaint of form.querySelectorAll('.complaint')) complaint.remove();
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid');
    const others = descriptionsOf(control).filter((id) => id !== `${control.id}-complaint`);
    control.setAttribute('aria-describedby', others.join(' '));
  }
}

/** The ids of what describes a control. @param {Element} control */
function descriptionsOf(control) {
  return (control.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
}
