/** The lines of the picture: lanes, the way of a request, and each key's way from its writers to its readers. */
import { svg } from './dom.js';

/**
 * @typedef {import('./geometry.js').Geometry} Geometry
 * @typedef {import('./keys.js').Key} Key
 *
 * @typedef {object} Scene
 * @property {Geometry} at
 * @property {number[]} hues of the lanes
 * @property {Key[]} keys
 * @property {{ lane: number, position: number }[]} ghosts those that are replaced
 */

/** How far a line is above or below the middle of a card, so that what is read and what is written stay apart. */
const APART = 5;
const BEND = 6;

/** @param {Scene} scene */
export function drawWires(scene) {
  const { at } = scene;
  return svg(
    'svg',
    { class: 'wires', width: at.width, height: at.height, 'aria-hidden': true, focusable: 'false' },
    ...scene.hues.map((hue, lane) => laneBand(at, lane, hue)),
    svg('path', { class: 'thread', d: threadPath(scene) }),
    ...scene.ghosts.map((ghost) => standIn(scene, ghost)),
    ...scene.keys.map((key, index) => keyWires(scene, key, index)),
  );
}

/** @param {Geometry} at @param {number} lane @param {number} hue */
function laneBand(at, lane, hue) {
  return svg('rect', {
    class: `lane hue-${hue}`,
    x: at.laneLeft(lane) + 2,
    y: at.laneTop,
    width: at.laneWidth - 4,
    height: at.laneBottom - at.laneTop,
    rx: 12,
  });
}

/**
 * From above, through every card, to the routes: straight down within a lane, around two corners into another.
 *
 * @param {Scene} scene
 */
function threadPath({ at }) {
  const { entries } = at;
  let x = at.laneMiddle(entries[0]?.lane ?? 0);
  let path = `M${x} ${at.head - 1}V${at.rowMiddle(0)}`;
  for (let position = 1; position <= entries.length; position++) {
    const lane = entries[position]?.lane;
    const next = lane === undefined ? x : at.laneMiddle(lane);
    const middle = (at.rowMiddle(position - 1) + at.rowMiddle(position)) / 2;
    path += next === x ? `V${at.rowMiddle(position)}` : corner(x, next, middle, at.rowMiddle(position));
    x = next;
  }
  return path;
}

/** @param {number} from @param {number} to @param {number} y of the level part @param {number} end */
function corner(from, to, y, end) {
  const side = Math.sign(to - from) * BEND;
  return `V${y - BEND}Q${from} ${y} ${from + side} ${y}H${to - side}Q${to} ${y} ${to} ${y + BEND}V${end}`;
}

/** From who runs to whom it stands in for. @param {Scene} scene @param {Scene['ghosts'][number]} ghost */
function standIn({ at }, { lane, position }) {
  const from = at.cardEnd(position);
  const to = at.place(lane, position).left;
  const y = at.rowMiddle(position);
  return svg('path', { class: 'stand-in', d: `M${from} ${y}H${to - 2}M${to - 7} ${y - 4}l5 4l-5 4` });
}

/** @param {Scene} scene @param {Key} key @param {number} index */
function keyWires({ at, hues }, key, index) {
  const x = at.rail(index);
  const ends = (/** @type {number[]} */ positions, /** @type {number} */ apart) =>
    positions.map((position) => ({ y: at.rowMiddle(position) + apart, end: at.cardEnd(position) }));
  const writes = ends(key.writers, APART);
  const reads = ends(key.readers, -APART);
  const levels = [...writes, ...reads].map(({ y }) => y);
  const top = key.given ? at.head - 6 : Math.min(...levels);
  const hue = hues[at.entries[key.writers.at(-1) ?? -1]?.lane ?? -1] ?? 'none';
  return svg(
    'g',
    { class: `key hue-${hue}${key.lostTo ? ' lost' : ''}`, 'data-key': key.name },
    svg('path', { class: 'rail', d: `M${x} ${top}V${Math.max(top, ...levels)}` }),
    ...(key.given ? [svg('rect', { class: 'given', x: x - 3.5, y: top - 3.5, width: 7, height: 7 })] : []),
    ...writes.map(({ y, end }) =>
      svg(
        'g',
        {},
        svg('path', { d: `M${end} ${y}H${x}` }),
        svg('circle', { class: 'dot', cx: x, cy: y, r: 4 }),
      ),
    ),
    ...reads.map(({ y, end }) => svg('path', { d: `M${x} ${y}H${end + 1}M${end + 7} ${y - 4}l-6 4l6 4` })),
  );
}
