/** The controls above the list, which say what is shown of it. */
import { byId } from './dom.js';
import { EVERYTHING, isStatus } from './filter.js';

/**
 * @typedef {import('./filter.js').Filter} Filter
 * @typedef {import('./view.js').Viewed} Viewed
 */

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));

export class FilterBar {
  #text = input('text');
  #method = input('method');
  #status = input('status');
  #conflicts = input('conflicts-only');
  #files = input('files');
  #viewed;

  /** @param {Viewed} viewed @param {() => void} onChange */
  constructor(viewed, onChange) {
    this.#viewed = viewed;
    const change = () => {
      viewed.become({ filter: this.#read() });
      this.#tell();
      onChange();
    };
    for (const control of [this.#text, this.#method, this.#status, this.#conflicts, this.#files]) {
      control.addEventListener('input', change);
    }
    byId('reset').addEventListener('click', () => {
      viewed.become({ filter: EVERYTHING });
      this.show();
      onChange();
      this.#text.focus();
    });
    document.addEventListener('keydown', (event) => {
      const isTyped = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key !== '/' || isTyped || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      this.#text.focus();
    });
    this.show();
  }

  /** Writes what the view says into the controls. */
  show() {
    const { text, method, status, conflicts, files } = this.#viewed.now.filter;
    this.#text.value = text;
    if (method !== '' && ![...this.#method.children].some(({ textContent }) => textContent === method)) {
      this.#method.append(new Option(method));
    }
    this.#method.value = method;
    this.#status.value = status;
    this.#conflicts.checked = conflicts;
    this.#files.checked = files;
    this.#tell();
  }

  /** @returns {Filter} */
  #read() {
    return {
      text: this.#text.value,
      method: this.#method.value,
      status: this.#status.value.trim(),
      conflicts: this.#conflicts.checked,
      files: this.#files.checked,
    };
  }

  #tell() {
    const isUnderstood = isStatus(this.#status.value);
    this.#status.setAttribute('aria-invalid', String(!isUnderstood));
    byId('status-help').hidden = isUnderstood;
  }
}
