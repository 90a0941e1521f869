import { escaped, marked, table } from './html-text.ts';
import type { JsonSchema } from './openapi-types.ts';

/** What a value may be, in a few words: `text or null`. Named schemas are links. */
export function typeOf(schema: JsonSchema): string {
  const { $ref, type, items, enum: values, anyOf, allOf, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = escaped($ref.slice($ref.lastIndexOf('/') + 1));
    return `<a href="#${name}">${name}</a>`;
  }
  // The first is what it is; the others only narrow it.
  if (allOf?.[0] !== undefined) return typeOf(allOf[0]);
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (values !== undefined) return values.map(code).join(' or ');
  if (items !== undefined) return `a list: ${typeOf(items)}`;
  if (typeof additionalProperties === 'object') return `an object of ${typeOf(additionalProperties)}`;
  if (schema.properties !== undefined) return 'an object';
  return [type ?? 'anything'].flat().map(nameOf).join(' or ');
}

/** The fields of an object, or of the objects in a list, in a table; anything else in a few words. */
export function fieldRows(schema: JsonSchema): string {
  if (schema.items?.properties !== undefined) return `<p>A list of:</p>${fieldRows(schema.items)}`;
  if (schema.properties === undefined) return `<p>${typeOf(schema)}</p>`;
  return table(
    Object.entries(schema.properties).map(([name, field]) => {
      const always =
        schema.required?.includes(name) === true ? '' : ' <span class="quiet">may be missing</span>';
      return [name, `${typeOf(field)}${always}`, `${marked(field.description ?? '')}${limitsOf(field)}`];
    }),
  );
}

/** What a value is unless given, and between what it is. */
export function limitsOf(schema: JsonSchema): string {
  const { default: preset, minimum, maximum } = schema;
  const limits = [
    ...(preset === undefined ? [] : [`${code(preset)} unless given`]),
    ...(minimum === undefined ? [] : [`at least ${code(minimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${code(maximum)}`]),
  ];
  return limits.length === 0 ? '' : ` <span class="quiet">${limits.join(', ')}</span>`;
}

function code(value: unknown): string {
  return `<code>${escaped(JSON.stringify(value))}</code>`;
}

function nameOf(type: string): string {
  return type === 'string' ? 'text' : escaped(type);
}
