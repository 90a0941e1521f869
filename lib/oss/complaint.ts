import type { z } from 'zod';
import type { ValidationDetail } from './errors.ts';

/** What is wrong with a value, and what to send instead. */
export type Complaint = Pick<ValidationDetail, 'msg' | 'type'>;

type Issue = z.core.$ZodIssue;

const WHOLE_NUMBER = { msg: 'Input should be a valid integer, such as 2', type: 'int_type' };
const WRONG_TYPES: Readonly<Record<string, Complaint>> = {
  string: { msg: 'Input should be a valid string', type: 'string_type' },
  boolean: { msg: 'Input should be a valid boolean: true or false', type: 'bool_type' },
  object: { msg: 'Input should be a valid dictionary: an object in JSON', type: 'dict_type' },
  array: { msg: 'Input should be a valid list', type: 'list_type' },
  int: WHOLE_NUMBER,
  number: WHOLE_NUMBER,
};

/** In the words of pydantic, which clients know, and with what they leave open. A format's own message stays. */
export function complaintAbout(issue: Issue): Complaint {
  if (issue.input === undefined) return { msg: 'Field required', type: 'missing' };
  if (issue.code === 'invalid_type') return wrongType(issue);
  if (issue.code === 'invalid_value')
    return { msg: `Input should be ${oneOf(issue.values)}`, type: issue.code };
  if (issue.code === 'too_big' || issue.code === 'too_small')
    return { msg: `Input should ${boundOf(issue)}`, type: issue.code };
  return { msg: issue.message, type: issue.code };
}

function wrongType({ expected, input, message, code }: z.core.$ZodIssueInvalidType): Complaint {
  if (expected === 'int' && typeof input === 'number') {
    return {
      msg: 'Input should be a valid integer, got a number with a fractional part',
      type: 'int_from_float',
    };
  }
  return WRONG_TYPES[expected] ?? { msg: message, type: code };
}

function boundOf(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  const [bound, word, strictly] =
    issue.code === 'too_big'
      ? [issue.maximum, 'at most', 'less than']
      : [issue.minimum, 'at least', 'greater than'];
  const limit = `${issue.inclusive === false ? strictly : word} ${bound}`;
  const plural = bound === 1 ? '' : 's';
  if (issue.origin === 'string') return `have ${limit} character${plural}`;
  if (issue.origin === 'array' || issue.origin === 'set') return `have ${limit} item${plural}`;
  return `be ${limit}`;
}

/** `'asc' or 'desc'` */
function oneOf(values: readonly z.core.util.Primitive[]): string {
  const quoted = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
