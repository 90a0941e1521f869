import type { z } from 'zod';
import { HttpError, type ValidationDetail } from './errors.ts';

/**
 * Checks what a client sent.
 *
 * @param place - where it was sent: the first item of each complaint's `loc`.
 * @throws HttpError 422 with a complaint for every bad field, in the words of pydantic, which the client knows.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  place: 'body' | 'query',
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const detail = result.error.issues.map((issue): ValidationDetail => {
    return { loc: [place, ...issue.path.map(segmentOf)], ...complaintAbout(issue) };
  });
  throw new HttpError(422, 'validation_error', sentenceFor(detail), { detail });
}

const INTEGER = { msg: 'Input should be a valid integer', type: 'int_type' };
const TYPE_COMPLAINTS: Readonly<Record<string, Pick<ValidationDetail, 'msg' | 'type'>>> = {
  string: { msg: 'Input should be a valid string', type: 'string_type' },
  boolean: { msg: 'Input should be a valid boolean', type: 'bool_type' },
  object: { msg: 'Input should be a valid dictionary', type: 'dict_type' },
  int: INTEGER,
  number: INTEGER,
};

type Issue = z.core.$ZodIssue;

function complaintAbout(issue: Issue): Pick<ValidationDetail, 'msg' | 'type'> {
  if (issue.input === undefined) return { msg: 'Field required', type: 'missing' };
  if (issue.code !== 'invalid_type') return { msg: issue.message, type: issue.code };
  if (issue.expected === 'int' && typeof issue.input === 'number') {
    return {
      msg: 'Input should be a valid integer, got a number with a fractional part',
      type: 'int_from_float',
    };
  }
  return TYPE_COMPLAINTS[issue.expected] ?? { msg: issue.message, type: issue.code };
}

function segmentOf(segment: PropertyKey): string | number {
  return typeof segment === 'symbol' ? String(segment) : segment;
}

function sentenceFor(detail: readonly ValidationDetail[]): string {
  const places = detail.map(({ loc, msg }) => `${loc.slice(1).join('.') || (loc[0] ?? '')}: ${msg}`);
  return `The request is not valid. ${places.join('; ')}.`;
}
