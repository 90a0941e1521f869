/** GitHub's published OpenAPI description, as schemas that an answer can be held against. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
const description = JSON.parse(readFileSync(file, 'utf8')) as {
  paths: Record<string, Record<string, { responses: Record<string, Json> }>>;
  components: { responses: Record<string, Json> };
};
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(withNull(description) as Json, 'github');

/**
 * The schema of one answer.
 *
 * @param route - as GitHub's documentation writes it: `GET /user`
 * @returns `undefined` when the description does not mention the status; 'no body' when it promises none.
 */
export function publishedSchema(route: string, status: number): ValidateFunction | 'no body' | undefined {
  const [method = '', path = ''] = route.split(' ');
  const operation = description.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new RangeError(`GitHub has no ${route}.`);
  const response = operation.responses[String(status)];
  if (response === undefined) return undefined;
  const shared = typeof response.$ref === 'string' ? response.$ref.split('/').at(-1)! : undefined;
  const { content } = shared === undefined ? response : description.components.responses[shared]!;
  if (content === undefined) return 'no body';
  const place =
    shared === undefined
      ? ['paths', path, method.toLowerCase(), 'responses', String(status)]
      : ['components', 'responses', shared];
  return compiled([...place, 'content', 'application/json', 'schema']);
}

/** The schema of GitHub's usual error body. */
export function basicError(): ValidateFunction {
  return compiled(['components', 'schemas', 'basic-error']);
}

function compiled(place: readonly string[]): ValidateFunction {
  const pointer = place.map((step) => encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1')));
  const validate = ajv.getSchema(`github#/${pointer.join('/')}`);
  if (validate === undefined) throw new RangeError(`There is no schema at ${place.join(' → ')}.`);
  return validate;
}

/** OpenAPI 3.0 says `nullable`, where JSON Schema has a type `null`. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...schema } = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withNull(inner)]),
  );
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}
