import { shown } from '../diagnose/shown.ts';

/**
 * Why a value is no array of names, as a sentence that says what to write; undefined if it is one.
 *
 * @param field - the name of the field, or of the option, that holds it.
 */
export function faultOfNames(field: string, value: unknown): string | undefined {
  const what = `${field} must be an array of names`;
  if (typeof value === 'string' && value !== '') return `${what}; write ${field}: ['${value}'].`;
  if (!Array.isArray(value)) return `${what}, not ${shown(value)}.`;
  // Array.from: the methods of arrays pass over holes.
  const odd = Array.from(value as unknown[], (item, index) => ({ item, index })).find(
    ({ item }) => typeof item !== 'string' || item === '',
  );
  if (odd === undefined) return undefined;
  const found = odd.index in value ? shown(odd.item) : 'a hole: there is a comma too many';
  return `${what}; number ${odd.index + 1} is ${found}.`;
}
