/**
 * How a JSON object, list or text begins, or the part of it in front of a `=` or `&`. A name such as `{id}` or `[x]`, which
 * rightly parsed JSON may have, does not.
 */
const BEGINS_AS_JSON = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:["{[\]\d-]|true|false|null|$)|")/;

/**
 * Whether a form parser that takes every type, such as `express.urlencoded({ type: '*' + '/*' })`, has read JSON as
 * `application/x-www-form-urlencoded`: then the text, or its first part, is the name of a field. Taken as it is, it would
 * change nothing, and be answered with "stored".
 *
 * @param parsed - what a parser has left. What JSON has been made of looks like this only where its own names hold JSON.
 */
export function isJsonReadAsForm(parsed: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
  const fields = Object.entries(parsed as Record<string, unknown>);
  if (!fields.every(([, value]) => isOfForm(value))) return false;
  const [first] = fields;
  if (first !== undefined && fields.length === 1 && first[1] === '' && isJson(first[0])) return true;
  return fields.some(([name]) => BEGINS_AS_JSON.test(name));
}

/** A form has texts, and what some parsers make of brackets in its names. */
function isOfForm(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && Object.values(value).every(isOfForm);
}

/** A value by itself, or what stands in the brackets of a list, which some parsers take off. */
function isJson(text: string): boolean {
  try {
    JSON.parse(`[${text}]`);
    return true;
  } catch {
    return false;
  }
}
