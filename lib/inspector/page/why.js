/** The card that says why: shown beside what the pointer is on, or what has the focus, until Escape. */
import { html } from './dom.js';

/** So that the pointer can travel from a card to what is said of it. In milliseconds. */
const LINGER = 120;

export class Why {
  /** @type {HTMLElement | undefined} */
  #about = undefined;
  #hiding = 0;
  #box;
  #frame;

  /** @param {HTMLElement} frame in which it is placed; it must be the offset parent of what it is about */
  constructor(frame) {
    this.#frame = frame;
    this.#box = html('div', { class: 'why', id: 'why', role: 'tooltip', hidden: true });
    this.#box.addEventListener('pointerenter', () => clearTimeout(this.#hiding));
    this.#box.addEventListener('pointerleave', () => this.#hideSoon());
    frame.append(this.#box);
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.hide());
  }

  /**
   * Says something whenever an element is pointed at or focused.
   *
   * @param {HTMLElement} element
   * @param {() => (Node | string)[]} content
   * @param {{ on?: () => void, off?: () => void }} [follow]
   */
  explain(element, content, { on, off } = {}) {
    const show = () => {
      this.#show(element, content());
      on?.();
    };
    element.addEventListener('pointerenter', show);
    element.addEventListener('focus', show);
    element.addEventListener('click', show);
    element.addEventListener('pointerleave', () => {
      off?.();
      this.#hideSoon();
    });
    element.addEventListener('blur', () => {
      off?.();
      this.hide();
    });
  }

  hide() {
    clearTimeout(this.#hiding);
    this.#about?.removeAttribute('aria-describedby');
    this.#about = undefined;
    this.#box.hidden = true;
  }

  #hideSoon() {
    clearTimeout(this.#hiding);
    this.#hiding = window.setTimeout(() => this.hide(), LINGER);
  }

  /** @param {HTMLElement} element @param {(Node | string)[]} content */
  #show(element, content) {
    clearTimeout(this.#hiding);
    this.#about?.removeAttribute('aria-describedby');
    this.#about = element;
    element.setAttribute('aria-describedby', this.#box.id);
    this.#box.replaceChildren(...content);
    this.#box.hidden = false;
    this.#place(element.getBoundingClientRect());
  }

  /** Below the element, or above it where there is more room, and never beyond the frame. @param {DOMRect} about */
  #place(about) {
    const frame = this.#frame.getBoundingClientRect();
    const box = this.#box.getBoundingClientRect();
    const left = Math.max(0, Math.min(about.left - frame.left, frame.width - box.width));
    const below = window.innerHeight - about.bottom > box.height + 16 || about.top < box.height + 16;
    this.#box.style.left = `${left}px`;
    this.#box.style.top = `${below ? about.bottom - frame.top + 6 : about.top - frame.top - box.height - 6}px`;
  }
}
