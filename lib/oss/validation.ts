import type { z } from 'zod';
import { complaintAbout } from './complaint.ts';
import { HttpError, type ValidationDetail } from './errors.ts';

/**
 * Checks what a client sent.
 *
 * @param place - where it was sent: the first item of each complaint's `loc`.
 * @throws HttpError 422 with a complaint for every bad field.
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

function segmentOf(segment: PropertyKey): string | number {
  return typeof segment === 'symbol' ? String(segment) : segment;
}

function sentenceFor(detail: readonly ValidationDetail[]): string {
  const places = detail.map(({ loc, msg }) => `${loc.slice(1).join('.') || (loc[0] ?? '')}: ${msg}`);
  return `The request is not valid. ${places.join('; ')}.`;
}
