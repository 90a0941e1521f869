/** As many as a database answers side by side without keeping its servers waiting. */
const AT_ONCE = 8;

/**
 * Works on all items, some side by side, until they are done, one fails or it is to stop: then what was begun is finished
 * first.
 *
 * @param stop - whether to begin no more.
 * @throws the first rejection of `work`.
 */
export async function sideBySide<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  stop: AbortSignal | undefined,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = oneByOne(items);
  const failures: unknown[] = [];
  const worker = async () => {
    try {
      while (failures.length === 0 && stop?.aborted !== true) {
        const next = await waiting.next();
        if (next.done === true) return;
        await work(next.value);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Closes what they come from, such as a folder, when it was left early.
  await waiting.return();
  if (failures.length > 0) throw failures[0];
}

/** Hands them out one by one, however many ask at once. */
async function* oneByOne<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item, void> {
  yield* items;
}
