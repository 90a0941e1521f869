/** One request of the list: its line, its bars, and, when it is opened, its story. */
import { html } from './dom.js';
import { endOf } from './early-end.js';
import { clockTime, counted, duration, shortDuration, stateOf } from './format.js';
import { storyOf } from './story.js';

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {import('./wire.d.ts').Step} Step
 */

/** The routes' bar looks like that of a middleware which has done the same. @type {Record<Request['routes']['outcome'], Step['outcome']>} */
const BEHIND = { reached: 'next', failed: 'next', unreached: 'skipped' };
/** The height of the longest bar, in CSS pixels. */
const TALLEST = 28;
const SHORTEST = 3;
/** In characters. */
const LONGEST_END = 28;

export class RequestRow {
  element = html('li', { class: 'request' });
  #outline;
  /** @type {Request | undefined} */
  #request = undefined;
  #isOpen = false;
  #actions;
  #button = html('button', { class: 'request-button', type: 'button', 'aria-expanded': 'false' });
  #story = html('div', { class: 'story', hidden: true });
  #sentences = html('ol', { role: 'list' });

  /**
   * @param {Request} request
   * @param {Outline} outline
   * @param {(request: Request) => HTMLElement} actions what can be done with it when it is open
   * @param {() => void} onClick
   */
  constructor({ id }, outline, actions, onClick) {
    this.#outline = outline;
    this.#actions = actions;
    this.#story.id = `story-${id}`;
    this.#button.setAttribute('aria-controls', this.#story.id);
    this.#button.addEventListener('click', onClick);
    this.element.append(this.#button, this.#story);
  }

  /** Of a row that is not open. */
  get height() {
    return this.#button.offsetHeight;
  }

  focus() {
    this.#button.focus();
  }

  /** @param {Request} request @param {boolean} isOpen */
  show(request, isOpen) {
    // News comes as a new object, and most rows have none.
    const isNews = request !== this.#request;
    if (isNews) {
      this.#request = request;
      this.element.classList.toggle('has-conflict', request.conflicts.length > 0);
      this.#button.replaceChildren(this.#line(request), this.#bars(request));
    }
    if (isOpen !== this.#isOpen) this.#setOpen(request, isOpen);
    if (isOpen && (isNews || !this.#sentences.hasChildNodes())) this.#tell(request);
  }

  /** @param {Request} request @param {boolean} isOpen */
  #setOpen(request, isOpen) {
    this.#isOpen = isOpen;
    this.#story.hidden = !isOpen;
    this.#button.setAttribute('aria-expanded', String(isOpen));
    this.element.classList.toggle('is-open', isOpen);
    this.#sentences.replaceChildren();
    this.#story.replaceChildren(...(isOpen ? [this.#actions(request), this.#sentences] : []));
  }

  /** @param {Request} request */
  #tell(request) {
    const sentences = storyOf(request, this.#outline).map(({ tone, parts }) => {
      const content = parts.map((part) => (typeof part === 'string' ? part : html('code', {}, part.code)));
      return html('li', { class: `tone-${tone}` }, ...content);
    });
    this.#sentences.replaceChildren(...sentences);
  }

  /** @param {Request} request */
  #line(request) {
    const { method, path, process, outcome, status, at, duration: total, conflicts } = request;
    const by = this.#outline.plan[endOf(request) ?? -1]?.name;
    const state = outcome === 'answered' ? String(status) : stateOf(outcome);
    const kind = outcome === 'answered' ? `status-${Math.floor((status ?? 0) / 100)}` : `status-${outcome}`;
    return html(
      'span',
      { class: 'line' },
      html('time', { class: 'when' }, clockTime(at)),
      html('span', { class: 'method' }, method),
      pathOf(path),
      ...(process === undefined ? [] : [html('span', { class: 'tag tag-process' }, process)]),
      ...(conflicts.length > 0
        ? [html('span', { class: 'tag tag-conflict' }, counted(conflicts.length, 'conflict'))]
        : []),
      ...(by === undefined
        ? []
        : [html('span', { class: 'tag tag-ended', title: `ended by ${by}` }, `ended by ${by}`)]),
      html('span', { class: `status ${kind}` }, state),
      html('span', { class: 'total' }, duration(total)),
    );
  }

  /** @param {Request} request */
  #bars(request) {
    const { steps, routes, conflicts } = request;
    const { plan, layers } = this.#outline;
    const end = endOf(request);
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

/** Of a path that is too long, the end stays in sight: it tells more than the middle. @param {string} path */
function pathOf(path) {
  const cut = path.lastIndexOf('/', path.length - 2);
  const end = path.slice(cut).slice(-LONGEST_END);
  return html(
    'span',
    { class: 'path', title: path },
    html('span', { class: 'path-begin' }, path.slice(0, path.length - end.length)),
    html('span', { class: 'path-end' }, end),
  );
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
