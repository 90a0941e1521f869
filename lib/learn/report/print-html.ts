import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { shippedFile } from '../../shipped-files.ts';
import { drawnApp } from './drawn-app.ts';
import { type Finding, FINDINGS, type LearnReport } from './finding.ts';
import { oneScript } from './one-script.ts';
import { oneStyle } from './one-style.ts';
import { grouped, headline, howSure } from './report-words.ts';

/**
 * A report as a page that stands alone in one file, with the picture of the stack inspector.
 *
 * @throws Error where the pages of this package are not beside its code, as in a bundle.
 */
export function printHtml(report: LearnReport): string {
  const style = oneStyle('learn/page/learned.css');
  const script = oneScript('learn/page/main.js');
  const icon = readFileSync(shippedFile('inspector/page/icon.svg')).toString('base64');
  const { notes, findings, apps = [] } = report;
  const order = new Map(findings.map((finding, index) => [finding, index]));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${headline(report)}</title>
<link rel="icon" href="data:image/svg+xml;base64,${icon}">
<style>${style}</style>
</head>
<body>
<header class="masthead">
<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M8 9h7M17 16h7M8 23h7M20 9h.01M11 16h.01M20 23h.01"/></svg>
<h1>What the middleware does to each other</h1>
<p class="quiet facts">${headline(report)}</p>
</header>
<main>
${pictureOf(report)}
<section class="told" aria-labelledby="told-title">
<div class="section-head"><h2 id="told-title">Findings</h2></div>
${findings.length === 0 ? '<p class="empty quiet">Nothing was found.</p>' : ''}
${[...grouped(findings)].map(([pair, group]) => `<h3>${escapeHtml(pair)}</h3>\n${group.map((finding) => findingOf(finding, order.get(finding) ?? 0)).join('\n')}`).join('\n')}
${notes.length > 0 ? `<h3>Notes</h3>${list(notes, 'notes')}` : ''}
</section>
</main>
<script type="application/json" id="learned">${jsonOf({
    apps: apps.map((app) => drawnApp(app, report)),
    findings: findings.map(({ id, level, message, hint }) => ({ id, level, message, hint })),
  })}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** The section that the script draws into. A report that was read from a file knows no handlers. */
function pictureOf({ apps = [] }: LearnReport): string {
  if (apps.length === 0) return '';
  const options = apps.map(
    ({ handlers, requests }, index) =>
      `<option>App ${index + 1}: ${handlers.length} handlers, ${requests} requests</option>`,
  );
  return `<section class="plan" id="plan" aria-labelledby="plan-title">
<div class="section-head"><h2 id="plan-title">The order of registration</h2>
${apps.length > 1 ? `<select class="button choice" aria-label="App">${options.join('')}</select>` : ''}
<p class="quiet legend" aria-hidden="true"><span><i class="sign sign-write"></i>writes a key</span><span><i class="sign sign-read"></i>reads it</span></p></div>
<div class="picture-frame" id="picture-frame"></div>
<noscript><p class="empty quiet">The picture needs JavaScript. The findings do not.</p></noscript>
</section>`;
}

function findingOf(finding: Finding, index: number): string {
  const { id, level, message, hint, places, requests } = finding;
  const shown = requests.map((request) => `<code>${escapeHtml(request)}</code>`).join(', ');
  const at = places.map(({ name, at }) => `<li>${escapeHtml(name)} at <code>${escapeHtml(at)}</code></li>`);
  return `<article class="finding ${level}" id="finding-${index}">
<p><b>${id} ${FINDINGS[id].title}</b> · ${level}, ${howSure(finding)}</p>
<p>${escapeHtml(message)}</p><p>${escapeHtml(hint)}</p>
<ul>${at.join('')}</ul>
${shown === '' ? '' : `<p>In ${shown}</p>`}
</article>`;
}

/** The script and the style of this page, and nothing else: what an app has named can load and run nothing. */
function policyOf(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** No `<`, so that nothing in it can end its element. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}

function list(lines: readonly string[], kind: string): string {
  return `<ul class="${kind}">${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What the app's code and its clients have named may hold anything. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
