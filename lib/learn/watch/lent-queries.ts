import { changesBetween, type Snapshot, takeSnapshot } from './changes-in-place.ts';

/**
 * The objects that `req.query` of Express 5 gives out: another one each time it is read, so that what a handler changes
 * in its own is lost for all others.
 */
export class LentQueries {
  readonly #lent = new Map<object, { readonly query: unknown; readonly before: Snapshot }[]>();

  /** @param borrower - who reads it. */
  lend(borrower: object, query: unknown): void {
    const others = this.#lent.get(borrower) ?? [];
    this.#lent.set(borrower, [...others, { query, before: look(query) }]);
  }

  /** Whether a borrower has changed what it was given. */
  hasChanged(borrower: object): boolean {
    const lent = this.#lent.get(borrower) ?? [];
    return lent.some(({ query, before }) => changesBetween(before, look(query)).length > 0);
  }
}

function look(query: unknown): Snapshot {
  return takeSnapshot([['req.query', query]]);
}
