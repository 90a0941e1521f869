import assert from 'node:assert/strict';
import { z } from 'zod';
import { HttpError } from '../../lib/oss/errors.ts';
import { repositoriesQuery, searchQuery } from '../../lib/oss/routes/github-queries.ts';
import { settingsUpdate } from '../../lib/oss/settings/settings-update.ts';
import { parseInput } from '../../lib/oss/validation.ts';

const page = (await import(new URL('../../lib/page/what-to-write.js', import.meta.url).href)) as {
  whatToWrite: (complaint: { msg: string; type: string }) => string;
};

const own = z.object({
  name: z.string().min(2).max(3).optional(),
  tags: z.array(z.string()).max(1).optional(),
  count: z.int().gt(0).lt(5).optional(),
  one: z.literal(1).optional(),
});

/** What is sent, what a program is told, and what a person is told on the page. */
const WORDS: readonly [schema: z.ZodType, sent: unknown, msg: string, onThePage: string][] = [
  [
    settingsUpdate(),
    { max_iterations: 1.5 },
    'Input should be a valid integer, got a number with a fractional part',
    'Write a whole number, such as 2.',
  ],
  [
    settingsUpdate(),
    { max_iterations: 'many' },
    'Input should be a valid integer, such as 2',
    'Write a whole number, such as 2.',
  ],
  [
    settingsUpdate(),
    { max_iterations: Infinity },
    'Input should be a valid integer, such as 2',
    'Write a whole number, such as 2.',
  ],
  [
    settingsUpdate(),
    { max_iterations: 1e300 },
    'Input should be at most 9007199254740991',
    'Write a smaller number.',
  ],
  [
    settingsUpdate(),
    { max_iterations: -1e300 },
    'Input should be at least -9007199254740991',
    'Write a greater number.',
  ],
  [settingsUpdate(), { language: 5 }, 'Input should be a valid string', 'Write text.'],
  [settingsUpdate(), { llm_api_key: ['sk'] }, 'Input should be a valid string', 'Write text.'],
  [
    settingsUpdate(),
    { confirmation_mode: 'yes' },
    'Input should be a valid boolean: true or false',
    'It should be a valid boolean: true or false.',
  ],
  [
    settingsUpdate(),
    [],
    'Input should be a valid dictionary: an object in JSON',
    'It should be a valid dictionary: an object in JSON.',
  ],
  [settingsUpdate(), undefined, 'Field required', 'This must be filled in.'],
  [searchQuery(), {}, 'Field required', 'This must be filled in.'],
  [
    searchQuery(),
    { query: 'a', order: 'up' },
    "Input should be 'asc' or 'desc'",
    "It should be 'asc' or 'desc'.",
  ],
  [
    repositoriesQuery(),
    { sort: 'size' },
    "Input should be 'created', 'updated', 'pushed' or 'full_name'",
    "It should be 'created', 'updated', 'pushed' or 'full_name'.",
  ],
  [
    repositoriesQuery(),
    { page: '-1' },
    'Input should be a whole number greater than 0',
    'It should be a whole number greater than 0.',
  ],
  [repositoriesQuery(), { page: ['1', '2'] }, 'Input should be a valid string', 'Write text.'],
  [own, { name: 'a' }, 'Input should have at least 2 characters', 'It should have at least 2 characters.'],
  [own, { name: 'long' }, 'Input should have at most 3 characters', 'It should have at most 3 characters.'],
  [own, { tags: ['a', 'b'] }, 'Input should have at most 1 item', 'It should have at most 1 item.'],
  [own, { tags: 'a' }, 'Input should be a valid list', 'It should be a valid list.'],
  [own, { count: 0 }, 'Input should be greater than 0', 'Write a greater number.'],
  [own, { count: 5 }, 'Input should be less than 5', 'Write a smaller number.'],
  [own, { one: 2 }, 'Input should be 1', 'It should be 1.'],
];

describe('What is said of input that is not valid', () => {
  for (const [schema, sent, msg, onThePage] of WORDS) {
    it(`says what to write instead of ${sent === undefined ? 'nothing' : JSON.stringify(sent)}: ${msg}`, () => {
      assert.throws(
        () => parseInput(schema, 'body', sent),
        (error: unknown) => {
          assert.ok(error instanceof HttpError && error.status === 422);
          const [complaint] = error.detail ?? [];
          assert.equal(complaint?.msg, msg);
          assert.equal(page.whatToWrite(complaint), onThePage);
          assert.ok(error.message.endsWith(`${msg}.`), error.message);
          return true;
        },
      );
    });
  }
});
