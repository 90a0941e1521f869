import type { JsonSchema } from './openapi-types.ts';

type Schemas = Readonly<Record<string, JsonSchema>>;

/** A value that fits a schema: the example that it has, or else the plainest. Lists have one entry. */
export function exampleOf(schema: JsonSchema, schemas: Schemas): unknown {
  const { $ref, examples, anyOf, allOf, enum: values, properties, items } = schema;
  if (examples?.[0] !== undefined) return examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (values !== undefined) return values[0];
  if ($ref !== undefined) return exampleOf(schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, schemas);
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0], schemas);
  if (allOf !== undefined) return Object.assign({}, ...allOf.map((part) => exampleOf(part, schemas)));
  if (properties !== undefined) {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, exampleOf(property, schemas)]),
    );
  }
  if (items !== undefined) return [exampleOf(items, schemas)];
  return PLAINEST[[schema.type ?? 'object'].flat()[0] ?? ''] ?? null;
}

const PLAINEST: Readonly<Record<string, unknown>> = {
  string: '…',
  integer: 1,
  number: 1,
  boolean: true,
  object: {},
  array: [],
};
