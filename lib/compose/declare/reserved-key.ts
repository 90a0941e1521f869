/** Whether JavaScript itself looks a name up on objects, as `toString` or `then`, so that it cannot be a state key. */
export function reservedKey(key: string): boolean {
  return key in Object.prototype || key === 'toJSON' || key === 'then';
}
