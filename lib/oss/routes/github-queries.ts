/** What the queries of `/api/github/*` may hold; the OpenAPI description is made from the same schemas. */
import { z } from 'zod';
import { REPOSITORY_SORTS, SEARCH_SORTS } from '../github/github-service.ts';
import { madeOnce } from '../made-once.ts';

/** GitHub gives at most so many, however many are asked for. */
const MOST_PER_PAGE = 100;

const count = madeOnce(() =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'Input should be a whole number greater than 0')
    .transform(Number),
);
const perPage = madeOnce(() => count().transform((value) => Math.min(value, MOST_PER_PAGE)));

/** How a number in a query is described: the text is the wire's, not the client's, concern. */
const asNumber = { type: 'integer', minimum: 1, maximum: 999_999_999 } as const;

export const repositoriesQuery = madeOnce(() =>
  z.object({
    page: count().default(1).meta(asNumber),
    per_page: perPage()
      .default(10)
      .meta({ ...asNumber, description: 'More than 100 means 100.' }),
    sort: z.enum(REPOSITORY_SORTS).default('pushed'),
    installation_id: count()
      .optional()
      .meta({
        ...asNumber,
        description: 'Only the repositories of this installation of the GitHub App.',
        examples: [40_123_456],
      }),
  }),
);

export const searchQuery = madeOnce(() =>
  z.object({
    query: z
      .string()
      .meta({ description: "In the syntax of GitHub's search.", examples: ['language:typescript'] }),
    per_page: perPage()
      .default(5)
      .meta({ ...asNumber, description: 'More than 100 means 100.' }),
    sort: z.enum(SEARCH_SORTS).default('stars'),
    order: z.enum(['asc', 'desc']).default('desc'),
  }),
);
