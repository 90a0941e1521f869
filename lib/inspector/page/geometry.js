/** Where everything of the picture is, in CSS pixels: the cards are HTML, the lines are SVG, and both ask here. */

const ROW = 46;
const CARD = 32;

/** For a desk, and for a telephone. `letter`: what one letter of a name takes, which is set in a monospaced font. */
const ROOMY = { numbers: 30, inset: 8, rail: 26, gap: 22, laneAtLeast: 130, letter: 7.3, chrome: 28 };
const COMPACT = { numbers: 20, inset: 4, rail: 20, gap: 16, laneAtLeast: 84, letter: 6.4, chrome: 18 };
const COMPACT_BELOW = 520;
const LANE_AT_MOST = 260;
/** The same of what stands on a card besides the name, which is set in a smaller font. */
const CHIP_LETTER = 7.5;
const CHIP_CHROME = 20;
/** What a letter of a key's name, written upwards, takes. */
const UPWARDS = 6.95;

/**
 * @typedef {object} Box
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {string[]} chips what stands on its card besides the name
 * @property {number} lane 0 is the outermost
 * @property {boolean} alone whether nothing else stands in its row
 */

export class Geometry {
  /** @param {{ lanes: number, entries: Entry[], keys: string[] }} stack @param {number} width what there is to fill */
  constructor({ lanes, entries, keys }, width) {
    this.compact = width < COMPACT_BELOW;
    this.size = this.compact ? COMPACT : ROOMY;
    this.lanes = lanes;
    this.entries = entries;
    const { numbers, rail, gap, laneAtLeast } = this.size;
    const rails = keys.length === 0 ? 0 : gap + keys.length * rail;
    const each = Math.floor((width - numbers - rails) / Math.max(1, lanes));
    this.laneWidth = Math.min(LANE_AT_MOST, Math.max(laneAtLeast, each));
    this.head = Math.max(54, 24 + UPWARDS * Math.max(0, ...keys.map(({ length }) => length)));
    this.lanesEnd = numbers + lanes * this.laneWidth;
    this.width = this.lanesEnd + rails;
    this.laneTop = this.head - 34;
    this.laneBottom = this.head + entries.length * ROW + 4;
    this.height = this.laneBottom + ROW + 6;
  }

  /** @param {number} lane */
  laneLeft(lane) {
    return this.size.numbers + lane * this.laneWidth;
  }

  /** @param {number} lane */
  laneMiddle(lane) {
    return this.laneLeft(lane) + this.laneWidth / 2;
  }

  /** The middle of a row; the routes have the one behind the last entry. @param {number} position */
  rowMiddle(position) {
    return this.head + position * ROW + ROW / 2 + (position === this.entries.length ? 8 : 0);
  }

  /** A card within its lane. @param {number} lane @param {number} position @returns {Box} */
  place(lane, position) {
    return {
      left: this.laneLeft(lane) + this.size.inset,
      top: this.rowMiddle(position) - CARD / 2,
      width: this.laneWidth - 2 * this.size.inset,
      height: CARD,
    };
  }

  /**
   * The card of an entry. Where its lane is too narrow for its name and nothing else stands in the row, it reaches into
   * the lanes beside it.
   *
   * @param {number} position
   * @returns {Box}
   */
  card(position) {
    const { name = '', chips = [], lane = 0, alone = false } = this.entries[position] ?? {};
    const box = this.place(lane, position);
    const wanted = this.#wanted(name, chips);
    if (!alone || wanted <= box.width) return box;
    const width = Math.min(wanted, this.lanes * this.laneWidth - 2 * this.size.inset);
    const most = this.lanesEnd - this.size.inset - width;
    const left = box.left - (lane / Math.max(1, this.lanes - 1)) * (width - box.width);
    return { ...box, left: Math.min(left, most), width };
  }

  /** Whether all of it would fit into a card that stays in its lane. @param {string} name @param {string[]} chips */
  fits(name, chips) {
    return this.#wanted(name, chips) <= this.laneWidth - 2 * this.size.inset;
  }

  /** @param {string} name @param {string[]} chips */
  #wanted(name, chips) {
    const { letter, chrome } = this.size;
    return chips.reduce(
      (sum, { length }) => sum + length * CHIP_LETTER + CHIP_CHROME,
      name.length * letter + chrome,
    );
  }

  /** @returns {Box} */
  routes() {
    return {
      left: this.size.numbers + 2,
      top: this.rowMiddle(this.entries.length) - CARD / 2,
      width: this.lanes * this.laneWidth - 4,
      height: CARD,
    };
  }

  /** The right edge of a card, where its keys' lines begin and end. @param {number} position */
  cardEnd(position) {
    const { left, width } = position === this.entries.length ? this.routes() : this.card(position);
    return left + width;
  }

  /** @param {number} index of a key */
  rail(index) {
    return this.lanesEnd + this.size.gap + index * this.size.rail;
  }
}
