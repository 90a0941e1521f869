/** What a handler does that uses its `next` wrongly, by the id of the conflict. */
export const NEXT_MISUSE = {
  S307: 'calls next() a second time; only the first call counts.',
  S308: 'fails after it has called next().',
} as const;
