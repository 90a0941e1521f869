/** The list of requests: the newest first, all or those with conflicts, going on or standing still. */
import { byId, html } from './dom.js';
import { counted } from './format.js';
import { RequestRow } from './request-row.js';

/**
 * @typedef {import('./live.js').Live} Live
 * @typedef {import('./wire.d.ts').Outline} Outline
 */

export class Requests {
  /** By id. @type {Map<number, RequestRow>} */
  #rows = new Map();
  #paused = false;
  #live;
  #outline;
  #list = byId('list');
  #empty = byId('empty');
  #conflictsOnly = /** @type {HTMLInputElement} */ (byId('conflicts-only'));
  #pause = byId('pause');

  /** @param {Live} live @param {Outline} outline */
  constructor(live, outline) {
    this.#live = live;
    this.#outline = outline;
    this.#nameColumns();
    live.addEventListener('change', () => !this.#paused && this.#show());
    this.#conflictsOnly.addEventListener('change', () => this.#filter());
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#paused));
    byId('clear').addEventListener('click', () => {
      live.clear();
      this.#show();
    });
  }

  #show() {
    const { requests } = this.#live;
    for (const [id, row] of this.#rows) {
      if (requests.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const id of [...requests.keys()].sort((a, b) => a - b)) this.#showOne(id);
    this.#filter();
  }

  /** @param {number} id */
  #showOne(id) {
    const request = this.#live.requests.get(id);
    if (request === undefined) return;
    const known = this.#rows.get(id);
    if (known !== undefined) {
      known.show(request);
      return;
    }
    const row = new RequestRow(request, this.#outline);
    const older = [...this.#rows.keys()].filter((other) => other < id);
    this.#rows.set(id, row);
    this.#list.insertBefore(row.element, this.#rows.get(Math.max(...older))?.element ?? null);
  }

  #filter() {
    const only = this.#conflictsOnly.checked;
    const rows = [...this.#rows.values()];
    const conflicting = rows.filter(({ conflicts }) => conflicts).length;
    for (const row of rows) row.element.hidden = only && !row.conflicts;
    byId('counts').textContent =
      rows.length === 0 ? '' : `${counted(rows.length, 'request')}, ${conflicting} with conflicts`;
    this.#empty.hidden = (only ? conflicting : rows.length) > 0;
    this.#empty.textContent =
      only && rows.length > 0
        ? 'No request with a conflict so far.'
        : 'No request yet. Make one, and it shows up here as it happens.';
    byId('columns').hidden = !this.#empty.hidden;
  }

  /** @param {boolean} paused */
  #setPaused(paused) {
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', String(paused));
    this.#pause.textContent = paused ? 'Go on' : 'Pause';
    if (!paused) this.#show();
  }

  #nameColumns() {
    const { plan } = this.#outline;
    const names = [...plan.map(({ name }) => name), 'routes'];
    const columns = byId('columns');
    columns.style.setProperty('--columns', String(names.length));
    columns.style.setProperty('--longest', String(Math.max(...names.map(({ length }) => length))));
    columns.append(
      ...names.map((name, position) => html('span', { 'data-position': position }, html('span', {}, name))),
    );
  }
}
