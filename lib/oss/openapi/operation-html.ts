import { escaped, marked, table } from './html-text.ts';
import type {
  OpenApiDocument,
  OpenApiMediaType,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from './openapi-types.ts';
import { curlOf, jsonText, textOf } from './request-example.ts';
import { fieldRows, limitsOf, typeOf } from './schema-html.ts';

/** An operation with its address. */
export interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

type Row = [string, ...string[]];

/** One operation: on the one side what it takes and answers, on the other a request and its answers as examples. */
export function operationHtml(listed: Listed, document: OpenApiDocument): string {
  const { path, method, operation } = listed;
  const { operationId, summary, description, security, parameters = [], requestBody } = operation;
  const id = escaped(operationId);
  return `<article class="operation" id="${id}" data-path="${escaped(path)}"${isTried(listed) ? ' data-try' : ''}>
<header>
<h3><span class="method ${escaped(method)}">${escaped(method)}</span> <code>${escaped(path)}</code></h3>
<a class="anchor" href="#${id}" aria-label="Link to ${escaped(method.toUpperCase())} ${escaped(path)}">#</a>
<p>${escaped(summary)}${security.length === 0 ? '' : ' <span class="badge">signed in</span>'}</p>
</header>
<div class="told">
${description === undefined ? '' : `<p>${marked(description)}</p>`}
${parameters.length === 0 ? '' : `<h4>Parameters</h4>${table(parameters.map(parameterRow))}`}
${bodyHtml(requestBody?.content?.['application/json'], document)}
<h4>Answers</h4>
${Object.entries(operation.responses).map(answerHtml).join('\n')}
</div>
<div class="shown">
<figure class="request"><figcaption>Request</figcaption><pre><code>${escaped(curlOf(listed, document))}</code></pre></figure>
${Object.entries(operation.responses).map(exampleHtml).join('\n')}
${parameters.map((parameter) => fieldHtml(operationId, parameter)).join('')}
</div>
</article>`;
}

/** Whether the page may try it: a GET of which a script can see the answer. */
function isTried({ method, operation }: Listed): boolean {
  const needsHeader = operation.parameters?.some(({ in: place, required }) => place === 'header' && required);
  return method === 'get' && operation.responses['200'] !== undefined && needsHeader !== true;
}

function parameterRow({ name, in: place, required, description = '', schema }: OpenApiParameter): Row {
  const remarks = [place === 'header' ? 'a header, ' : '', typeOf(schema)].join('');
  const must = required ? ' <span class="must">required</span>' : '';
  return [name, `${remarks}${must}`, `${marked(description)}${limitsOf(schema)}`];
}

/** What the script makes a form of. */
function fieldHtml(operationId: string, { name, in: place, required, schema }: OpenApiParameter): string {
  if (place !== 'query') return '';
  const preset = schema.default ?? (required ? schema.examples?.[0] : undefined);
  const choices = schema.enum?.map((value) => `<option>${escaped(textOf(value))}</option>`).join('') ?? '';
  const list =
    choices === '' ? '' : `<datalist id="${escaped(`${operationId}-${name}`)}">${choices}</datalist>`;
  return `<template class="field" data-name="${escaped(name)}" data-value="${escaped(textOf(preset))}"${required ? ' data-required' : ''}>${list}</template>`;
}

function bodyHtml(body: OpenApiMediaType | undefined, { components }: OpenApiDocument): string {
  if (body === undefined) return '';
  const { $ref = '' } = body.schema;
  const schema = components.schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? body.schema;
  return `<h4>Body</h4><p>${typeOf(body.schema)}</p>${fieldRows(schema)}`;
}

function answerHtml([status, { description, content = {}, headers = {} }]: [
  string,
  OpenApiResponse,
]): string {
  const { schema, examples } = content['application/json'] ?? {};
  const named = Object.entries(headers).map(
    ([name, header]) => `<p class="quiet"><code>${escaped(name)}</code> ${marked(header.description)}</p>`,
  );
  const state = `<b class="status status-${status.charAt(0)}">${status}</b>`;
  if (examples === undefined) {
    const bodies = Object.keys(content).map((type) =>
      type === 'application/json' && schema !== undefined ? typeOf(schema) : `<code>${escaped(type)}</code>`,
    );
    return `<div class="answer"><p>${state} ${bodies.join(' or ')} ${marked(description)}</p>${named.join('')}</div>`;
  }
  const codes = Object.entries(examples).map(
    ([code, { summary, value }]) =>
      `<dt><code>${escaped(code)}</code></dt><dd><p>${marked(summary)}</p><pre><code>${escaped(jsonText(value))}</code></pre></dd>`,
  );
  const names = Object.keys(examples).map((code) => `<code>${escaped(code)}</code>`);
  return `<details class="answer"><summary>${state} ${names.join(' ')}</summary>
<p class="quiet">An <a href="#Error">Error</a> with one of these codes.</p>${named.join('')}<dl>${codes.join('')}</dl></details>`;
}

function exampleHtml([status, { content = {} }]: [string, OpenApiResponse]): string {
  const { example } = content['application/json'] ?? {};
  if (example === undefined) return '';
  return `<figure><figcaption>Answer <b class="status status-${status.charAt(0)}">${status}</b></figcaption><pre><code>${escaped(jsonText(example))}</code></pre></figure>`;
}
