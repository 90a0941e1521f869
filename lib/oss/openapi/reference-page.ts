import { exampleOf } from './example-of.ts';
import { escaped, marked } from './html-text.ts';
import type { OpenApiDocument } from './openapi-types.ts';
import { type Listed, operationHtml } from './operation-html.ts';
import type { ReferenceAssets } from './reference-assets.ts';
import { jsonText } from './request-example.ts';
import { fieldRows } from './schema-html.ts';

/**
 * The description as a page for people, without anything from elsewhere. All of it can be read without its script, which
 * adds the search, the copying and the trying. Its links are relative to `/api/docs`, so it works under any prefix.
 *
 * @param assets - the names of its files below `docs/assets/`.
 */
export function referencePage(
  document: OpenApiDocument,
  assets: Pick<ReferenceAssets, 'style' | 'script'>,
): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Listed => ({ path, method, operation })),
  );
  const sections = tags.map((tag) => ({
    ...tag,
    own: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const schemas = Object.entries(components.schemas);
  const menu = [
    ...sections.map(({ name, own }) => menuOf(name, own.map(linkOf))),
    menuOf(
      'Bodies',
      schemas.map(([name]) => `<a href="#${escaped(name)}"><code>${escaped(name)}</code></a>`),
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(info.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/assets/${assets.style}">
${assets.script === undefined ? '' : `<script type="module" src="docs/assets/${assets.script}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the reference</a>
<nav aria-label="Operations">
<p class="brand">API reference</p>
<div id="search"></div>
${menu.join('\n')}
</nav>
<main id="main" tabindex="-1">
<header class="lead">
<h1>${escaped(info.title)}</h1>
<p>${marked(info.description)}</p>
<p class="quiet"><a href="openapi.json">openapi.json</a> is the same for programs. OpenAPI ${document.openapi}, version ${escaped(info.version)}.</p>
</header>
${sections
  .map(
    ({ name, description, own }) =>
      `<section><h2>${escaped(name)}</h2><p class="quiet">${marked(description)}</p>\n${own.map((one) => operationHtml(one, document)).join('\n')}</section>`,
  )
  .join('\n')}
<section><h2>Bodies</h2>${schemas
    .map(
      ([name, schema]) => `<article class="schema" id="${escaped(name)}">
<header><h3><code>${escaped(name)}</code></h3><a class="anchor" href="#${escaped(name)}" aria-label="Link to ${escaped(name)}">#</a></header>
<div class="told">${fieldRows(schema)}</div>
<div class="shown"><figure><figcaption>Example</figcaption><pre><code>${escaped(jsonText(exampleOf(schema, components.schemas)))}</code></pre></figure></div>
</article>`,
    )
    .join('\n')}</section>
</main>
</body>
</html>
`;
}

function menuOf(name: string, links: readonly string[]): string {
  return `<details open><summary>${escaped(name)}</summary><ul>${links.map((link) => `<li>${link}</li>`).join('')}</ul></details>`;
}

function linkOf({ method, path, operation }: Listed): string {
  const { operationId, summary } = operation;
  return `<a href="#${escaped(operationId)}" data-words="${escaped(`${method} ${path} ${operationId} ${summary}`.toLowerCase())}"><span class="method ${escaped(method)}">${escaped(method)}</span> <code>${escaped(path)}</code></a>`;
}
