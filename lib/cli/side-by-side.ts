/** As many as a database answers side by side without keeping its servers waiting. */
const AT_ONCE = 8;

/**
 * Works on all items, some side by side, until they are done or it is to stop: then what was begun is finished first.
 *
 * @param stop - whether to begin no more.
 */
export async function sideBySide<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  stop: AbortSignal | undefined,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = oneByOne(items);
  const worker = async () => {
    while (stop?.aborted !== true) {
      const next = await waiting.next();
      if (next.done === true) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Hands them out one by one, however many ask at once. */
async function* oneByOne<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
