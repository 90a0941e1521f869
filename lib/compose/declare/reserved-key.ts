/** Whether JavaScript itself looks a name up on objects, so that it can be no state key. */
export function reservedKey(key: string): boolean {
  return key in Object.prototype || key === 'toJSON' || key === 'then';
}
