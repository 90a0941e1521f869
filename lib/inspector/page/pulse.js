/** A dot that runs through the picture for a request that has just come by, as far as it came. */

/**
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {import('./picture.js').Picture} Picture
 */

/** From one middleware to the next, in milliseconds. */
const PACE = 45;
const GLOW = 700;
/** More at once would be a flicker and no picture. */
const AT_ONCE = 4;

export class Pulse {
  #picture;
  #running = 0;
  #still = window.matchMedia('(prefers-reduced-motion: reduce)');

  /** @param {Picture} picture */
  constructor(picture) {
    this.#picture = picture;
  }

  /** @param {Request} request */
  run({ steps, routes, conflicts }) {
    if (this.#still.matches || document.hidden || this.#running >= AT_ONCE) return;
    const authors = new Set(conflicts.map(({ middlewares }) => middlewares[0]));
    const cards = this.#picture.cards;
    const visited = steps.flatMap(({ outcome }, position) =>
      outcome === 'passed' || outcome === 'skipped' ? [] : [{ position, outcome }],
    );
    if (routes.outcome === 'reached') visited.push({ position: steps.length, outcome: 'next' });
    this.#running++;
    const animations = visited.map(({ position, outcome }, index) => {
      const card = cards[position];
      const name = card?.querySelector('.card-name')?.textContent ?? '';
      const color = authors.has(name)
        ? 'var(--danger)'
        : outcome === 'ended' || outcome === 'error'
          ? 'var(--warning)'
          : 'var(--hue)';
      return card?.animate(
        [
          { boxShadow: '0 0 0 0 transparent' },
          { boxShadow: `0 0 0 3px ${color}`, offset: 0.15 },
          { boxShadow: '0 0 0 6px transparent' },
        ],
        { duration: GLOW, delay: index * PACE, easing: 'ease-out' },
      ).finished;
    });
    void Promise.allSettled(animations).then(() => this.#running--);
  }
}
