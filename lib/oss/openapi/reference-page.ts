import { escaped, marked, table } from './html-text.ts';
import type {
  OpenApiDocument,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from './openapi-types.ts';
import { fieldRows, typeOf } from './schema-html.ts';

/**
 * The description as a page for people: without scripts, and without anything from elsewhere. Its links are relative
 * to `/api/docs`, so it works under any prefix.
 */
export function referencePage(document: OpenApiDocument): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section><h2>${escaped(name)}</h2><p class="quiet">${marked(description)}</p>${own.map(operationHtml).join('')}</section>`;
  });
  // The id is inside: a link to something folded away unfolds what it is in.
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details><summary><code>${escaped(name)}</code></summary><div id="${escaped(name)}">${fieldRows(schema)}</div></details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}</title>
<link rel="stylesheet" href="docs/style.css">
</head>
<body>
<header>
<h1>${escaped(info.title)}</h1>
<p>${marked(info.description)}</p>
<p><a href="openapi.json">openapi.json</a> is the same for programs.</p>
</header>
<main>
${sections.join('\n')}
<section><h2>Bodies</h2>${schemas.join('')}</section>
</main>
</body>
</html>
`;
}

type Row = [string, ...string[]];

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

function operationHtml({ path, method, operation }: Listed): string {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content?.['application/json']?.schema;
  return `<details id="${escaped(operationId)}">
<summary><span class="method ${escaped(method)}">${escaped(method)}</span> <code>${escaped(path)}</code>
<span class="what">${escaped(summary)}</span></summary>
<div>
${description === undefined ? '' : `<p>${marked(description)}</p>`}
${security.length === 0 ? '' : '<p class="quiet">For those who are signed in.</p>'}
${parameters.length === 0 ? '' : `<h3>Parameters</h3>${table(parameters.map(parameterRow))}`}
${body === undefined ? '' : `<h3>Body</h3><p>${typeOf(body)}</p>`}
<h3>Answers</h3>${table(Object.entries(responses).map(responseRow))}
</div>
</details>`;
}

function parameterRow({ name, in: place, required, description = '', schema }: OpenApiParameter): Row {
  const preset = schema.default === undefined ? undefined : JSON.stringify(schema.default);
  const remarks = [
    place === 'header' ? 'a header' : undefined,
    typeOf(schema),
    required ? 'required' : undefined,
    preset === undefined ? undefined : `<code>${escaped(preset)}</code> unless given`,
  ];
  return [name, remarks.filter((remark) => remark !== undefined).join(', '), marked(description)];
}

function responseRow([status, { description, content = {}, headers = {} }]: [string, OpenApiResponse]): Row {
  const bodies = Object.entries(content).map(([type, { schema }]) =>
    type === 'application/json' ? typeOf(schema) : `<code>${escaped(type)}</code>`,
  );
  const named = Object.entries(headers).map(
    ([name, header]) =>
      `<br><code>${escaped(name)}</code> <span class="quiet">${marked(header.description)}</span>`,
  );
  return [status, bodies.join(' or '), `${marked(description)}${named.join('')}`];
}
