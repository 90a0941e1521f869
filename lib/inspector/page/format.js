/** How numbers and times are written. */

/**
 * A duration for a sentence or a column.
 *
 * @param {number} ms
 */
export function duration(ms) {
  if (ms < 0.01) return '<0.01 ms';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * A duration for the narrow place above a bar, in milliseconds; nothing for one too short to matter.
 *
 * @param {number} ms
 */
export function shortDuration(ms) {
  if (ms < 0.1) return '';
  if (ms < 1) return ms.toFixed(1).replace('0.', '.');
  if (ms < 10) return ms.toFixed(1);
  return ms < 10_000 ? String(Math.round(ms)) : `${Math.round(ms / 1000)}s`;
}

/** @param {number} at in milliseconds since the epoch */
export function clockTime(at) {
  const date = new Date(at);
  const part = (/** @type {number} */ value, length = 2) => String(value).padStart(length, '0');
  return `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}.${part(date.getMilliseconds(), 3)}`;
}

/**
 * The state of a request that has no status.
 *
 * @param {import('./wire.d.ts').Request['outcome']} outcome
 */
export const stateOf = (outcome) =>
  outcome === 'pending' ? 'on its way' : outcome === 'lost' ? 'lost' : 'given up';

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/**
 * `a, b and c`, whatever a, b and c are.
 *
 * @template Part
 * @param {readonly Part[]} parts
 * @returns {(Part | string)[]}
 */
export function enumerated(parts) {
  return parts.flatMap((part, index) => {
    if (index === 0) return [part];
    return [index === parts.length - 1 ? ' and ' : ', ', part];
  });
}
