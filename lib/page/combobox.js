/**
 * A text field that offers a list, after the pattern of the ARIA Authoring Practices for an editable combobox. What the
 * list does not have can be typed.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
import { clone, slots } from './templates.js';

export class Combobox {
  /** @type {string[]} */
  #values = [];
  /** Which of the shown options the arrow keys have come to. */
  #active = -1;
  /** The list is narrowed only by what is typed while it is open: a stored value must not hide the others. */
  #typed = false;
  /** The list was asked for before there was anything to offer. */
  #awaited = false;

  /** @param {HTMLInputElement} input is put into a frame, with the list */
  constructor(input) {
    this.input = input;
    const content = clone('combobox');
    const { frame, list, toggle } = slots(content);
    /** @type {HTMLElement} */
    this.list = list;
    /** @type {HTMLButtonElement} */
    this.toggle = toggle;
    list.id = `${input.id}-options`;
    const label = document.querySelector(`label[for="${input.id}"]`)?.textContent ?? '';
    list.setAttribute('aria-label', `Choices for ${label}`);
    toggle.setAttribute('aria-label', `Show the choices for ${label}`);
    toggle.setAttribute('aria-controls', list.id);
    for (const [name, value] of Object.entries({
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': list.id,
    }))
      input.setAttribute(name, value);
    input.replaceWith(content);
    frame.prepend(input);
    this.#listen();
  }

  /** @param {string[]} values what the server offers; without any, this is a plain text field */
  offer(values) {
    this.#values = values;
    this.toggle.hidden = values.length === 0;
    if (this.#awaited) this.#open();
  }

  #listen() {
    const { input, list, toggle } = this;
    input.addEventListener('input', () => {
      this.#typed = true;
      this.#open();
    });
    input.addEventListener('click', () => this.#open());
    input.addEventListener('blur', () => this.#close());
    input.addEventListener('keydown', (event) => this.#press(event));
    // The field keeps the focus, so that what is pressed here does not close the list first.
    for (const element of [list, toggle])
      element.addEventListener('pointerdown', (event) => event.preventDefault());
    toggle.addEventListener('click', () => {
      input.focus();
      if (list.hidden) this.#open();
      else this.#close();
    });
    list.addEventListener('click', ({ target }) => {
      const option = /** @type {HTMLElement} */ (target).closest('[role="option"]');
      if (option) this.#take(option.textContent ?? '');
    });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!open) this.#open();
      // From the field itself, up leads to the last one.
      this.#activate(this.#active < 0 && step < 0 ? -1 : this.#active + step);
    } else if (event.key === 'Enter' && open && this.#active >= 0) {
      event.preventDefault();
      this.#take(this.#options[this.#active]?.textContent ?? '');
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      this.#close();
    }
  }

  get #options() {
    return [...this.list.children];
  }

  #open() {
    this.#awaited = this.#values.length === 0;
    if (this.#awaited) return;
    const text = this.#typed ? this.input.value.trim().toLowerCase() : '';
    const shown = this.#values.filter((value) => value.toLowerCase().includes(text));
    if (shown.length === 0) return this.#close();
    this.list.replaceChildren(...shown.map((value, index) => this.#option(value, index)));
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.#active = -1;
    this.input.removeAttribute('aria-activedescendant');
  }

  /** @param {string} value @param {number} index */
  #option(value, index) {
    const option = document.createElement('li');
    option.id = `${this.list.id}-${index}`;
    option.setAttribute('role', 'option');
    option.setAttribute('aria-selected', String(value === this.input.value));
    option.textContent = value;
    return option;
  }

  /** @param {number} index beyond an end it goes on at the other */
  #activate(index) {
    const options = this.#options;
    if (options.length === 0) return;
    this.#active = (index + options.length) % options.length;
    options.forEach((option, at) => option.classList.toggle('active', at === this.#active));
    const option = options[this.#active];
    if (option) this.input.setAttribute('aria-activedescendant', option.id);
    option?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {string} value */
  #take(value) {
    this.input.value = value;
    this.input.dispatchEvent(new Event('input', { bubbles: true }));
    this.#close();
  }

  #close() {
    this.#typed = false;
    this.#awaited = false;
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}
