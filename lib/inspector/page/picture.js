/** The plan as a picture: the layers as lanes, the outermost first, and the state keys on rails beside them. */
import { html } from './dom.js';
import { Geometry } from './geometry.js';
import { keysOf } from './keys.js';
import { darken, light } from './spotlight.js';
import { Why } from './why.js';
import { drawWires } from './wires.js';

/**
 * @typedef {import('./wire.d.ts').Drawn} Drawn
 * @typedef {import('./keys.js').Key} Key
 *
 * @typedef {object} Telling what is said of the parts of a picture
 * @property {string} keys what the keys are
 * @property {string} behind what stands behind the last middleware
 * @property {(position: number) => string[]} warnings the ids of what is found about a middleware
 * @property {(position: number) => Node[]} entry
 * @property {(index: number) => Node[]} replaced
 * @property {(key: Key) => Node[]} key
 * @property {() => Node[]} routes
 */

export class Picture {
  /** The elements of the middlewares and, behind them, of the routes. @type {HTMLElement[]} */
  cards = [];
  #outline;
  #telling;
  #keys;
  #why;
  #scroller = html('div', {
    class: 'picture-scroll',
    role: 'group',
    'aria-label': 'The plan as a picture',
  });
  #width = 0;

  /** @param {HTMLElement} frame @param {Drawn} outline @param {Telling} telling */
  constructor(frame, outline, telling) {
    this.#outline = outline;
    this.#telling = telling;
    this.#keys = keysOf(outline);
    frame.append(this.#scroller);
    this.#why = new Why(frame);
    new ResizeObserver(([entry]) => this.#draw(entry?.contentRect.width ?? 0)).observe(this.#scroller);
  }

  /** @param {number} width */
  #draw(width) {
    if (width === this.#width || width === 0) return;
    this.#width = width;
    const { layers, plan, replaced } = this.#outline;
    const ghosts = replaced.map(({ layer, by }) => ({
      lane: layers.indexOf(layer),
      position: plan.findIndex(({ name }) => name === by),
    }));
    const entries = plan.map((entry, position) => ({
      name: entry.name,
      chips: this.#telling.warnings(position),
      lane: layers.indexOf(entry.layer),
      alone: !ghosts.some((ghost) => ghost.position === position),
    }));
    const at = new Geometry(
      { lanes: layers.length, entries, keys: this.#keys.map(({ name }) => name) },
      width,
    );
    const wires = drawWires({
      at,
      hues: layers.map((_, lane) => this.#hue(lane)),
      keys: this.#keys,
      ghosts,
    });

    const picture = html(
      'div',
      { class: `picture${at.compact ? ' compact' : ''}` },
      wires,
      ...this.#laneTitles(at),
    );
    picture.style.width = `${at.width}px`;
    picture.style.height = `${at.height}px`;
    const items = plan.map((_, position) => this.#entry(at, position));
    this.cards = [...items.map(({ button }) => button), this.#routes(at)];
    picture.append(
      html(
        'ol',
        { 'aria-label': 'The middlewares, in the order of running', role: 'list' },
        ...items.map(({ item }) => item),
      ),
      this.cards[plan.length] ?? '',
      html(
        'ul',
        { 'aria-label': 'Replaced middlewares', role: 'list' },
        ...ghosts.map((ghost, index) => this.#ghost(at, ghost, index)),
      ),
      html(
        'ul',
        { 'aria-label': this.#telling.keys, role: 'list' },
        ...this.#keys.map((key, index) => this.#key(at, key, index)),
      ),
    );
    this.#scroller.replaceChildren(picture);
    // Only what can be scrolled must be reachable by keyboard.
    this.#scroller.toggleAttribute('tabindex', false);
    if (at.width > width) this.#scroller.tabIndex = 0;
  }

  /** The lowest layer has the same color in every stack. @param {number} lane */
  #hue(lane) {
    return (this.#outline.layers.length - 1 - lane) % 6;
  }

  /** @param {Geometry} at */
  #laneTitles(at) {
    return this.#outline.layers.map((layer, lane) => {
      const element = html('p', { class: `lane-title hue-${this.#hue(lane)}` }, layer);
      place(element, { left: at.laneLeft(lane), top: at.laneTop, width: at.laneWidth });
      return element;
    });
  }

  /** @param {Geometry} at @param {number} position */
  #entry(at, position) {
    const { layers, plan } = this.#outline;
    const entry = /** @type {Drawn['plan'][number]} */ (plan[position]);
    const lane = layers.indexOf(entry.layer);
    const warnings = this.#telling.warnings(position);
    // Where it is narrow, the path is only in the reasons.
    const paths = (entry.path ?? []).slice(0, 1).filter((path) => at.fits(entry.name, [path, ...warnings]));
    const button = html(
      'button',
      { class: `card hue-${this.#hue(lane)}`, type: 'button', 'data-position': position },
      html('span', { class: 'card-name' }, entry.name),
      html('span', { class: 'visually-hidden' }, `, ${entry.layer}`),
      ...paths.map((path) => html('span', { class: 'chip' }, path)),
      ...warnings.map((id) => html('span', { class: 'chip chip-warning' }, id)),
    );
    place(button, at.card(position));
    const number = html('span', { class: 'number', 'aria-hidden': true }, String(position + 1));
    place(number, { left: 0, top: at.rowMiddle(position) - 10, width: at.size.numbers - 6 });
    this.#why.explain(button, () => this.#telling.entry(position), {
      on: () => this.#light([position], [...entry.reads, ...entry.writes, ...entry.readsAfter]),
      off: darken,
    });
    return { button, item: html('li', {}, number, button) };
  }

  /** @param {Geometry} at */
  #routes(at) {
    const position = this.#outline.plan.length;
    const button = html(
      'button',
      { class: 'card card-routes', type: 'button', 'data-position': position },
      html('span', { class: 'card-name' }, this.#telling.behind),
    );
    place(button, at.routes());
    this.#why.explain(button, () => this.#telling.routes(), {
      on: () => this.#light([position], this.#outline.routeReads),
      off: darken,
    });
    return button;
  }

  /** @param {Geometry} at @param {{ lane: number, position: number }} ghost @param {number} index */
  #ghost(at, { lane, position }, index) {
    const replaced = /** @type {Drawn['replaced'][number]} */ (this.#outline.replaced[index]);
    const button = html(
      'button',
      { class: 'card ghost', type: 'button' },
      html('s', { class: 'card-name' }, replaced.name),
    );
    place(button, at.place(lane, position));
    this.#why.explain(button, () => this.#telling.replaced(index), {
      on: () => light([position]),
      off: darken,
    });
    return html('li', {}, button);
  }

  /** @param {Geometry} at @param {Key} key @param {number} index */
  #key(at, key, index) {
    const button = html(
      'button',
      { class: `key-name${key.lostTo ? ' lost' : ''}`, type: 'button', 'data-key': key.name },
      html(key.lostTo ? 's' : 'span', {}, key.name),
    );
    place(button, {
      left: at.rail(index) - at.size.rail / 2,
      top: 0,
      width: at.size.rail,
      height: at.head - 12,
    });
    this.#why.explain(button, () => this.#telling.key(key), {
      on: () => light([...key.writers, ...key.readers], [key.name]),
      off: darken,
    });
    return html('li', {}, button);
  }

  /** Middlewares, and those with whom they share keys. @param {number[]} positions @param {readonly string[]} names */
  #light(positions, names) {
    const keys = this.#keys.filter(({ name }) => names.includes(name));
    const partners = keys.flatMap(({ writers, readers }) => [...writers, ...readers]);
    light([...positions, ...partners], names);
  }
}

/** @param {HTMLElement} element @param {{ left: number, top: number, width: number, height?: number }} box */
function place(element, { left, top, width, height }) {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${width}px`;
  if (height !== undefined) element.style.height = `${height}px`;
}
