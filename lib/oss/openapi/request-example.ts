import type { OpenApiDocument, OpenApiOperation } from './openapi-types.ts';

interface Asked {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

/**
 * A request as a command line. Secrets are variables of the shell, and so is the address of the server, which only the
 * browser knows.
 */
export function curlOf({ path, method, operation }: Asked, { components }: OpenApiDocument): string {
  const { parameters = [], requestBody, security } = operation;
  const query = parameters
    .filter(({ in: place, required }) => place === 'query' && required)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(textOf(schema.examples?.[0]))}`);
  const address = `"$SERVER${path}${query.length === 0 ? '' : `?${query.join('&')}`}"`;
  const headers = parameters.filter(({ in: place }) => place === 'header').map(({ name }) => name);
  const body: unknown = requestBody?.content?.['application/json']?.example;
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${address}`,
    ...(security.length === 0 ? [] : cookiesOf(components.securitySchemes)),
    ...headers.map((name) => `-H "${name}: $${variableOf(name)}"`),
    ...(body === undefined
      ? []
      : [
          `-H 'Content-Type: application/json'`,
          `-d '${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`,
        ]),
  ].join(' \\\n  ');
}

/** A value as it stands in a query. */
export function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** JSON as people read it. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function cookiesOf(schemes: OpenApiDocument['components']['securitySchemes']): string[] {
  return Object.entries(schemes).flatMap(([title, scheme]) => {
    const { in: place, name } = scheme as { readonly in?: unknown; readonly name?: unknown };
    return place === 'cookie' ? [`-b "${String(name)}=$${variableOf(title)}"`] : [];
  });
}

const variableOf = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z\d]/g, '_');
