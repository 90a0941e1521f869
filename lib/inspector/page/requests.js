/** The list of requests: the newest first, those that are asked for, going on or standing still. */
import { byId, html } from './dom.js';
import { isQuietFile, testOf } from './filter.js';
import { counted } from './format.js';
import { RequestRow } from './request-row.js';
import { RequestWindow } from './request-window.js';
import { SortedIds } from './sorted-ids.js';

/**
 * @typedef {import('./live.js').Live} Live
 * @typedef {import('./live.js').Change} Change
 * @typedef {import('./view.js').Viewed} Viewed
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 *
 * @typedef {object} Actions what can be done with a request, besides reading its story
 * @property {(request: Request) => HTMLElement} of
 * @property {(request: Request) => boolean} choose whether its row was clicked for another reason than to open it
 */

export class Requests {
  #ids = new SortedIds();
  /** @type {number | undefined} */
  #open = undefined;
  #paused = false;
  /** Newer ones wait, so that what is read stays where it is. */
  #upTo = Infinity;
  #conflicts = 0;
  #files = 0;
  /** @type {(request: Request) => boolean} */
  #fits = () => true;
  #live;
  #outline;
  #viewed;
  #actions;
  #list = byId('list');
  #window;

  /** @param {Live} live @param {Outline} outline @param {Viewed} viewed @param {Actions} actions */
  constructor(live, outline, viewed, actions) {
    this.#live = live;
    this.#outline = outline;
    this.#viewed = viewed;
    this.#actions = actions;
    this.#nameColumns();
    this.#window = new RequestWindow(this.#list, this);
    live.addEventListener('change', (event) =>
      this.#take(/** @type {CustomEvent<Change[]>} */ (event).detail),
    );
    live.addEventListener('reset', () => this.#begin());
    live.addEventListener('complete', () => this.#tellIfGone());
    window.addEventListener('scroll', () => this.#hold(), { passive: true });
    byId('pause').addEventListener('click', () => this.#setPaused(!this.#paused));
    byId('clear').addEventListener('click', () => this.#clear());
    byId('waiting').addEventListener('click', () => this.#showWaiting());
    this.filter();
  }

  /** Shows what the view asks for. */
  filter() {
    const { filter, request } = this.#viewed.now;
    this.#fits = testOf(filter, this.#outline.plan);
    this.#open = request !== undefined && request.run === this.#live.run ? request.id : undefined;
    this.#ids.replace(
      [...this.#live.requests.values()]
        .filter(this.#isShown)
        .map(({ id }) => id)
        .sort((a, b) => a - b),
    );
    this.#hold();
    this.#show();
  }

  /** Opens the request of the view, as from a link. */
  reveal() {
    this.filter();
    this.#tellIfGone();
    if (this.#open !== undefined && this.#ids.has(this.#open)) this.#window.reveal(this.#open);
  }

  get count() {
    return this.#ids.size - this.#waiting;
  }

  get open() {
    return this.#open !== undefined && this.#ids.has(this.#open) ? this.#open : undefined;
  }

  /** @param {number} index */
  idAt(index) {
    return index < 0 ? undefined : this.#ids.newest(index + this.#waiting);
  }

  /** @param {number} id */
  indexOf(id) {
    return this.#ids.has(id) ? this.#ids.newerThan(id) - this.#waiting : -1;
  }

  /** @param {number} id @param {RequestRow | undefined} known */
  row(id, known) {
    const request = /** @type {Request} */ (this.#live.requests.get(id));
    const row = known ?? new RequestRow(request, this.#outline, this.#actions.of, () => this.#click(id));
    row.show(request, id === this.#open);
    return row;
  }

  get #waiting() {
    return this.#upTo === Infinity ? 0 : this.#ids.newerThan(this.#upTo);
  }

  /** @param {Request} request */
  #isShown = (request) => request.id === this.#open || this.#fits(request);

  /** The request that was open is forgotten with the others, and is not looked for. */
  #clear() {
    this.#viewed.become({ request: undefined });
    this.#live.clear();
    this.#tellIfGone();
  }

  #begin() {
    this.#conflicts = 0;
    this.#files = 0;
    this.#upTo = Infinity;
    this.filter();
  }

  /** @param {Change[]} changes */
  #take(changes) {
    for (const { id, before, now } of changes) {
      this.#count(before, -1);
      this.#count(now, 1);
      if (now !== undefined && this.#isShown(now)) this.#ids.add(id);
      else this.#ids.delete(id);
    }
    if (this.#open !== undefined && this.#live.isComplete) this.#tellIfGone();
    this.#show();
  }

  /** @param {Request | undefined} request @param {1 | -1} by */
  #count(request, by) {
    if (request === undefined) return;
    if (request.conflicts.length > 0) this.#conflicts += by;
    if (isQuietFile(request)) this.#files += by;
  }

  /** @param {number} id */
  #click(id) {
    const request = this.#live.requests.get(id);
    if (request === undefined || this.#actions.choose(request)) return;
    const opens = this.#open !== id;
    this.#viewed.become({ request: opens ? { run: this.#live.run, id } : undefined });
    byId('gone').hidden = true;
    this.filter();
    this.#window.draw();
  }

  /** A link leads to a request, which may have been long ago. */
  #tellIfGone() {
    const { request } = this.#viewed.now;
    const { run, requests, isComplete } = this.#live;
    const isHere = request === undefined || (request.run === run && requests.has(request.id));
    const place = byId('gone');
    if (!isComplete && !isHere) return;
    place.hidden = isHere;
    if (isHere) return;
    place.textContent =
      request.run === run
        ? 'This request is no longer kept: too many have come since, it was cleared, or the process that had it has ended.'
        : 'This request is no longer kept: the server has been started anew, or another of its processes had it.';
  }

  /** Whether somebody reads what would move. */
  #hold() {
    const isRead = this.#paused || this.open !== undefined || this.#list.getBoundingClientRect().top < 0;
    if (!isRead && this.#upTo !== Infinity) {
      this.#upTo = Infinity;
      this.#show();
    } else if (isRead && this.#upTo === Infinity) this.#upTo = this.#live.newest;
  }

  #showWaiting() {
    this.#upTo = this.#live.newest;
    byId('requests').scrollIntoView();
    byId('requests').focus({ preventScroll: true });
    this.#hold();
    this.#show();
  }

  /** @param {boolean} paused */
  #setPaused(paused) {
    this.#paused = paused;
    byId('pause').setAttribute('aria-pressed', String(paused));
    byId('pause').textContent = paused ? 'Go on' : 'Pause';
    if (!paused) this.#upTo = this.#live.newest;
    this.#hold();
    this.#show();
  }

  #show() {
    const { size } = this.#live.requests;
    const { filter } = this.#viewed.now;
    const hiddenFiles = filter.files ? 0 : this.#files;
    const isPart = this.#ids.size + hiddenFiles < size;
    byId('counts').textContent =
      size === 0
        ? ''
        : `${isPart ? `${this.#ids.size} of ` : ''}${counted(size, 'request')}, ${this.#conflicts} with conflicts`;
    byId('hidden-files').textContent =
      hiddenFiles === 0 ? '' : `${counted(hiddenFiles, 'static file')} hidden`;
    const { processName } = this.#live;
    byId('process').hidden = processName === '';
    byId('process').textContent =
      `Only what ${processName} has answered: the other processes of this server keep their own requests.`;
    byId('waiting').hidden = this.#waiting === 0;
    byId('waiting').textContent = `${counted(this.#waiting, 'newer request')}`;
    this.#tellEmpty();
    this.#window.drawSoon();
  }

  #tellEmpty() {
    const isEmpty = this.count === 0;
    byId('empty').hidden = !isEmpty;
    byId('columns').hidden = isEmpty;
    this.#list.hidden = isEmpty;
    if (!isEmpty) return;
    const [title, hint] = this.#emptiness();
    byId('emptiness').replaceChildren(html('b', {}, title), html('span', {}, hint));
    byId('reset').hidden = this.#live.requests.size === 0;
  }

  /** @returns {[string, string]} */
  #emptiness() {
    const { filter } = this.#viewed.now;
    if (this.#live.requests.size === 0)
      return ['No request yet', 'Make one, and it shows up here as it happens.'];
    if (this.#waiting > 0) return ['The list stands still', 'What has come since waits above.'];
    const others = { ...filter, conflicts: false };
    const onlyConflicts = filter.conflicts && Object.values(others).every((value) => !value);
    if (onlyConflicts) return ['No request with a conflict so far', 'One shows up here as it happens.'];
    return ['No request fits', 'What comes is still counted above, and shows up here if it fits.'];
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
