/** A value that was given by mistake, as a message names it: `"cors"`, `undefined`, `an array`, `a Map`. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const noun = kind === 'Object' || kind === 'Array' ? kind.toLowerCase() : kind;
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}
