/** Two requests side by side, what differs first, in a dialog over the list. */
import { nameOf } from './address.js';
import { differencesOf } from './differences.js';
import { byId, html } from './dom.js';
import { clockTime, counted, duration } from './format.js';

/**
 * @typedef {import('./differences.js').Row} Row
 * @typedef {import('./live.js').Live} Live
 * @typedef {import('./view.js').Viewed} Viewed
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 */

export class Comparison {
  /** The first, while the second is being chosen. @type {Request | undefined} */
  #first = undefined;
  /** The names of the two that are drawn. */
  #drawn = '';
  #live;
  #outline;
  #viewed;
  #dialog = /** @type {HTMLDialogElement} */ (byId('comparison'));

  /** @param {Live} live @param {Outline} outline @param {Viewed} viewed */
  constructor(live, outline, viewed) {
    this.#live = live;
    this.#outline = outline;
    this.#viewed = viewed;
    byId('stop-choosing').addEventListener('click', () => this.#choosing(undefined));
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#choosing(undefined));
    byId('close-comparison').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog && !isInside(event, this.#dialog)) this.#dialog.close();
    });
    this.#dialog.addEventListener('beforetoggle', ({ newState }) => {
      if (newState === 'closed') this.#leaveAddress();
    });
    // It comes a moment after the dialog is gone; for browsers whose dialogs do not tell before.
    this.#dialog.addEventListener('close', () => this.#leaveAddress());
    live.addEventListener('complete', () => this.reveal());
  }

  /** The next click on a request compares it. @param {Request} first */
  begin(first) {
    this.#choosing(first);
  }

  /** @param {Request} second @returns {boolean} whether it was being asked for */
  choose(second) {
    const first = this.#first;
    if (first === undefined) return false;
    this.#choosing(undefined);
    if (first.id === second.id) return true;
    const { run } = this.#live;
    const compare = [first, second].map(({ id }) => ({ run, id }));
    this.#viewed.become({ compare }, { canGoBack: true });
    this.reveal();
    return true;
  }

  /** Shows what the view asks for. */
  reveal() {
    const { compare } = this.#viewed.now;
    if (compare.length === 0) {
      this.#dialog.close();
      return;
    }
    const asked = compare.map(nameOf).join();
    if (!this.#live.isComplete || (this.#dialog.open && asked === this.#drawn)) return;
    this.#drawn = asked;
    const [one, other] = compare.map(({ run, id }) =>
      run === this.#live.run ? this.#live.requests.get(id) : undefined,
    );
    byId('compared').replaceChildren(
      ...(one === undefined || other === undefined
        ? [html('p', { class: 'notice' }, 'One of the two requests, or both, are no longer kept.')]
        : this.#sections([one, other])),
    );
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** However it is closed, the address says so. */
  #leaveAddress() {
    if (this.#viewed.now.compare.length > 0) this.#viewed.leave({ compare: [] });
  }

  /** @param {readonly [Request, Request]} pair */
  #sections(pair) {
    const sections = differencesOf(pair, this.#outline);
    const longest = Math.max(0.001, ...pair.map(({ duration: total }) => total));
    return [
      html('div', { class: 'pair' }, ...pair.map(headOf)),
      ...sections.map(({ title, rows }) => {
        const different = rows.filter(({ differs }) => differs);
        const same = rows.filter(({ differs }) => !differs);
        return html(
          'section',
          { class: 'compared' },
          html('h3', {}, title),
          ...(different.length > 0 ? [tableOf(title, different, longest)] : []),
          ...(same.length > 0 ? [folded(title, same, longest, different.length === 0)] : []),
        );
      }),
    ];
  }

  /** @param {Request | undefined} first */
  #choosing(first) {
    this.#first = first;
    byId('choosing').hidden = first === undefined;
    byId('list').classList.toggle('is-choosing', first !== undefined);
    if (first === undefined) return;
    byId('choosing-what').replaceChildren(
      'Click what to compare with ',
      html('code', {}, `${first.method} ${first.path}`),
    );
    byId('choosing').scrollIntoView({ block: 'nearest' });
  }
}

/** What is around a dialog belongs to it as well. @param {MouseEvent} event @param {Element} element */
function isInside({ clientX, clientY }, element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}

/** @param {Request} request @param {number} side */
function headOf({ method, path, status, outcome, duration: total, at }, side) {
  return html(
    'div',
    { class: `side side-${side}` },
    html('b', { class: 'side-letter' }, 'AB'[side] ?? ''),
    html('code', {}, `${method} ${path}`),
    html('span', { class: 'quiet' }, `${status ?? outcome} after ${duration(total)}, at ${clockTime(at)}`),
  );
}

/** @param {string} title @param {Row[]} rows @param {number} longest @param {boolean} all */
function folded(title, rows, longest, all) {
  const count = all
    ? `All ${rows.length === 1 ? '' : `${rows.length} `}the same`
    : `${counted(rows.length, 'line')} the same`;
  return html('details', {}, html('summary', {}, count), tableOf(title, rows, longest));
}

/** @param {string} title @param {Row[]} rows @param {number} longest in milliseconds */
function tableOf(title, rows, longest) {
  return html(
    'table',
    { 'aria-label': title },
    html(
      'thead',
      {},
      html('tr', {}, ...['What', 'A', 'B'].map((name) => html('th', { scope: 'col' }, name))),
    ),
    html(
      'tbody',
      {},
      ...rows.map(({ about, sides, differs, times }) =>
        html(
          'tr',
          { class: differs ? 'differs' : undefined },
          html('th', { scope: 'row' }, about),
          ...sides.map((text, side) =>
            html('td', { 'data-side': 'AB'[side] }, text, ...barOf(times?.[side], longest, side)),
          ),
        ),
      ),
    ),
  );
}

/** @param {number | undefined} time @param {number} longest @param {number} side */
function barOf(time, longest, side) {
  if (time === undefined) return [];
  const bar = html('span', { class: `time-bar side-${side}`, 'aria-hidden': true });
  bar.style.width = `${Math.min(100, (time / longest) * 100)}%`;
  return [bar];
}
