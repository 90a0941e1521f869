/** The state keys of a stack: who writes and reads each, and what became of it. */

/**
 * @typedef {import('./wire.d.ts').Drawn} Drawn
 *
 * @typedef {object} Key
 * @property {string} name
 * @property {number[]} writers positions in the order of running
 * @property {number[]} readers likewise; the routes come behind the last middleware
 * @property {boolean} given it is written before the stack runs
 * @property {{ group: string, winner: string, by: string } | undefined} lostTo it is always undefined, because of another
 * @property {string | undefined} decides the exclusive group that it has won
 */

/**
 * @param {Drawn} outline
 * @returns {Key[]} in the order in which they are first touched
 */
export function keysOf({ plan, groups, given, routeReads }) {
  const touched = plan.map(({ reads, writes, updates, readsAfter }) => ({
    // An optional read ends in a question mark.
    reads: [...reads.map((read) => read.replace(/\?$/, '')), ...updates, ...readsAfter],
    writes: [...writes, ...updates],
  }));
  const names = new Set([...given, ...touched.flatMap(({ reads, writes }) => [...reads, ...writes])]);
  const positions = (/** @type {'reads' | 'writes'} */ how, /** @type {string} */ name) =>
    touched.flatMap((entry, position) => (entry[how].includes(name) ? [position] : []));
  const keys = [...names].map((name) => {
    const group = groups.find(({ keys }) => keys.includes(name));
    const winner = group?.winner;
    const lost = group && winner && winner.key !== name;
    return {
      name,
      writers: positions('writes', name),
      readers: [...positions('reads', name), ...(routeReads.includes(name) ? [plan.length] : [])],
      given: given.includes(name),
      lostTo: lost ? { group: group.name, winner: winner.key, by: winner.middleware } : undefined,
      decides: group && winner?.key === name && group.keys.length > 1 ? group.name : undefined,
    };
  });
  const first = (/** @type {Key} */ { given, writers, readers }) =>
    given ? -1 : Math.min(...writers, ...readers);
  return keys.sort((one, other) => first(one) - first(other));
}
