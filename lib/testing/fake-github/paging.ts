import type { Call } from './answer.ts';

/** One page of a list, and the headers that lead to the others. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Cuts a list as GitHub does: 30 a page unless `per_page` says otherwise, and never more than 100.
 *
 * @see https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export function paginate<T>(call: Call, all: readonly T[]): Page<T> {
  const page = positive(call.query.get('page')) ?? 1;
  const perPage = Math.min(positive(call.query.get('per_page')) ?? 30, 100);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const items = all.slice((page - 1) * perPage, page * perPage);

  const relations: (readonly [string, number])[] = [];
  if (page > 1) relations.push(['prev', Math.min(page - 1, last)]);
  if (page < last) relations.push(['next', page + 1], ['last', last]);
  if (page > 1) relations.push(['first', 1]);
  const link = relations
    .map(([relation, target]) => `<${address(call, target)}>; rel="${relation}"`)
    .join(', ');
  return { items, headers: link === '' ? {} : { link } };
}

function address(call: Call, page: number): string {
  const query = new URLSearchParams(call.query);
  query.set('page', String(page));
  return `${call.address}?${query.toString()}`;
}

/** GitHub takes its default for a number that makes no sense. */
function positive(text: string | null): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
