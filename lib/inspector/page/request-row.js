/** One request of the list: its line, its bars, and, when it is opened, its story. */
import { html } from './dom.js';
import { endOf } from './early-end.js';
import { clockTime, counted, duration, shortDuration } from './format.js';
import { storyOf } from './story.js';

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {import('./wire.d.ts').Step} Step
 */

/** The routes' bar looks like that of a middleware which has done the same. @type {Record<Request['routes']['outcome'], Step['outcome']>} */
const BEHIND = { reached: 'next', failed: 'next', unreached: 'skipped' };
/** The height of the longest bar, in CSS pixels. */
const TALLEST = 34;
const SHORTEST = 3;

export class RequestRow {
  element = html('li', { class: 'request' });
  #outline;
  #request;
  #button = html('button', { class: 'request-button', type: 'button', 'aria-expanded': 'false' });
  #story = html('div', { class: 'story', hidden: true });

  /** @param {Request} request @param {Outline} outline */
  constructor(request, outline) {
    this.#outline = outline;
    this.#request = request;
    this.#story.id = `story-${request.id}`;
    this.#button.setAttribute('aria-controls', this.#story.id);
    this.#button.addEventListener('click', () => this.#toggle());
    this.element.append(this.#button, this.#story);
    this.show(request);
  }

  get conflicts() {
    return this.#request.conflicts.length > 0;
  }

  /** @param {Request} request */
  show(request) {
    // News comes as a new object, and most rows have none.
    if (request === this.#request && this.#button.hasChildNodes()) return;
    this.#request = request;
    this.element.classList.toggle('has-conflict', this.conflicts);
    this.element.classList.toggle('is-pending', request.outcome === 'pending');
    this.#button.replaceChildren(this.#line(), this.#bars());
    if (!this.#story.hidden) this.#tell();
  }

  #toggle() {
    const open = this.#story.hidden !== false;
    this.#story.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    this.element.classList.toggle('is-open', open);
    if (open) this.#tell();
    else this.#story.replaceChildren();
  }

  #tell() {
    const sentences = storyOf(this.#request, this.#outline).map(({ tone, parts }) => {
      const content = parts.map((part) => (typeof part === 'string' ? part : html('code', {}, part.code)));
      return html('li', { class: `tone-${tone}` }, ...content);
    });
    this.#story.replaceChildren(html('ol', { role: 'list' }, ...sentences));
  }

  #line() {
    const { method, path, outcome, status, at, duration: total, conflicts } = this.#request;
    const by = this.#outline.plan[endOf(this.#request) ?? -1]?.name;
    const state = outcome === 'answered' ? String(status) : outcome === 'pending' ? 'on its way' : 'given up';
    const kind = outcome === 'answered' ? `status-${Math.floor((status ?? 0) / 100)}` : `status-${outcome}`;
    return html(
      'span',
      { class: 'line' },
      html('time', { class: 'when' }, clockTime(at)),
      html('span', { class: 'method' }, method),
      html('span', { class: 'path' }, path),
      ...(conflicts.length > 0
        ? [html('span', { class: 'tag tag-conflict' }, counted(conflicts.length, 'conflict'))]
        : []),
      ...(by === undefined ? [] : [html('span', { class: 'tag tag-ended' }, `ended by ${by}`)]),
      html('span', { class: `status ${kind}` }, state),
      html('span', { class: 'total' }, duration(total)),
    );
  }

  #bars() {
    const { steps, routes, conflicts } = this.#request;
    const { plan, layers } = this.#outline;
    const end = endOf(this.#request);
    const authors = new Set(conflicts.map(({ middlewares }) => middlewares[0]));
    const bars = steps.map((step, position) => {
      const entry = plan[position];
      const hue = (layers.length - 1 - layers.indexOf(entry?.layer ?? '')) % 6;
      const column = bar(step, position, `hue-${hue}`, authors.has(entry?.name));
      column.classList.toggle('step-end', position === end);
      return column;
    });
    const outcome = BEHIND[routes.outcome];
    bars.push(bar({ ...routes, outcome }, steps.length, 'hue-none', authors.has('application')));
    const element = html('span', { class: 'bars', 'aria-hidden': true }, ...bars);
    element.style.setProperty('--columns', String(bars.length));
    return element;
  }
}

/** @param {Omit<Step, 'wayBack'>} step @param {number} position @param {string} hue @param {boolean} inConflict */
function bar({ outcome, duration: took, reads, writes }, position, hue, inConflict) {
  const ran = outcome !== 'passed' && outcome !== 'skipped';
  const column = html('span', {
    class: `step ${hue} step-${outcome}${inConflict ? ' step-conflict' : ''}`,
    'data-position': position,
  });
  const length = html('span', { class: 'bar' });
  length.style.height = `${ran ? height(took ?? 0) : 0}px`;
  const marks = html(
    'span',
    { class: 'marks' },
    ...reads.slice(0, 2).map(() => html('i', { class: 'sign sign-read' })),
    ...writes.slice(0, 2).map(() => html('i', { class: `sign ${inConflict ? 'sign-lost' : 'sign-write'}` })),
  );
  column.append(
    html('span', { class: 'took' }, took === undefined ? '' : shortDuration(took)),
    length,
    marks,
  );
  return column;
}

/** From a microsecond to 100 ms, the longest bar, is a factor of 100,000, so bars grow by the logarithm. @param {number} ms */
function height(ms) {
  const share = Math.log10(1 + ms * 100) / 4;
  return SHORTEST + Math.min(1, share) * (TALLEST - SHORTEST);
}
