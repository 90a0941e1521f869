/**
 * The part of a long list that is in sight: only its rows are elements, however many there are. All rows are of one
 * height but the one that is open, which is measured.
 */

/**
 * @typedef {import('./request-row.js').RequestRow} RequestRow
 *
 * @typedef {object} Source
 * @property {number} count
 * @property {(index: number) => number | undefined} idAt
 * @property {(id: number) => number} indexOf
 * @property {number | undefined} open the id of the row that is open
 * @property {(id: number, known: RequestRow | undefined) => RequestRow} row brought up to date
 */

/** How far rows are drawn beyond what is in sight, in CSS pixels. */
const BEYOND = 400;
/** Until a row is there to be measured. */
const ROW = 84;

export class RequestWindow {
  /** By id. @type {Map<number, RequestRow>} */
  #rows = new Map();
  #list;
  #source;
  #rowHeight = ROW;
  #openHeight = 0;
  #isDue = false;
  #sizes = new ResizeObserver(() => this.drawSoon());

  /** @param {HTMLElement} list @param {Source} source */
  constructor(list, source) {
    this.#list = list;
    this.#source = source;
    const drawSoon = () => this.drawSoon();
    window.addEventListener('scroll', drawSoon, { passive: true });
    window.addEventListener('resize', drawSoon);
    // What is above the list may become higher.
    this.#sizes.observe(document.body);
    list.addEventListener('keydown', (event) => this.#move(event));
  }

  drawSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.#isDue = false;
    this.#measure();
    const { count } = this.#source;
    this.#list.style.height = `${this.#topOf(count)}px`;
    const top = this.#list.getBoundingClientRect().top;
    const first = this.#indexAt(-top - BEYOND);
    const last = Math.min(count - 1, this.#indexAt(window.innerHeight - top + BEYOND));
    /** @type {Map<number, number>} */
    const wanted = new Map();
    for (let index = first; index <= last; index++) {
      const id = this.#source.idAt(index);
      if (id !== undefined) wanted.set(id, index);
    }
    const focused = this.#focused();
    if (focused !== undefined) wanted.set(focused, this.#source.indexOf(focused));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      this.#sizes.unobserve(row.element);
      row.element.remove();
      this.#rows.delete(id);
    }
    this.#place([...wanted].sort(([, one], [, other]) => one - other));
  }

  /** Brings a row into sight. @param {number} id */
  reveal(id) {
    const index = this.#source.indexOf(id);
    const { top } = this.#list.getBoundingClientRect();
    window.scrollTo({ top: window.scrollY + top + this.#topOf(index) - window.innerHeight / 4 });
    this.draw();
  }

  /** @param {number} id */
  focus(id) {
    this.#rows.get(id)?.focus();
  }

  /** @param {[id: number, index: number][]} wanted in the order of the list */
  #place(wanted) {
    /** @type {Element | null} */
    let next = this.#list.firstElementChild;
    for (const [id, index] of wanted) {
      const known = this.#rows.get(id);
      const row = this.#source.row(id, known);
      const { element } = row;
      if (known === undefined) {
        this.#rows.set(id, row);
        this.#sizes.observe(element);
      }
      if (element === next) next = element.nextElementSibling;
      else this.#list.insertBefore(element, next);
      element.style.transform = `translateY(${this.#topOf(index)}px)`;
      element.setAttribute('aria-setsize', String(this.#source.count));
      element.setAttribute('aria-posinset', String(index + 1));
    }
  }

  #measure() {
    const { open } = this.#source;
    for (const [id, { element, height }] of this.#rows) {
      this.#rowHeight = height || this.#rowHeight;
      if (id === open) this.#openHeight = element.offsetHeight || this.#openHeight;
    }
    if (open === undefined) this.#openHeight = 0;
  }

  get #openIndex() {
    const { open } = this.#source;
    return open === undefined ? Infinity : this.#source.indexOf(open);
  }

  /** What the open row is higher than the others. */
  get #extra() {
    return Math.max(0, this.#openHeight - this.#rowHeight);
  }

  /** @param {number} index */
  #topOf(index) {
    return index * this.#rowHeight + (index > this.#openIndex ? this.#extra : 0);
  }

  /** @param {number} y from the top of the list */
  #indexAt(y) {
    const below = Math.max(0, y - (this.#openIndex + 1) * this.#rowHeight);
    return Math.max(0, Math.floor((y - Math.min(below, this.#extra)) / this.#rowHeight));
  }

  /** What has the focus stays where it is, even out of sight. */
  #focused() {
    const element = document.activeElement?.closest('.request') ?? null;
    for (const [id, row] of this.#rows) {
      if (row.element === element && this.#source.indexOf(id) >= 0) return id;
    }
    return undefined;
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = this.#focused();
    if (step === undefined || from === undefined || !(event.target instanceof HTMLButtonElement)) return;
    const id = this.#source.idAt(this.#source.indexOf(from) + step);
    if (id === undefined) return;
    event.preventDefault();
    if (!this.#rows.has(id)) this.reveal(id);
    this.focus(id);
  }
}
