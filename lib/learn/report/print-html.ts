import { type Finding, FINDINGS, type LearnReport } from './finding.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2128; background: #fff }
article { border: 1px solid #d0d7de; border-left: 6px solid #bf8700; border-radius: 6px; padding: .25rem 1rem; margin: 1rem 0 }
article.error { border-left-color: #cf222e }
h2 { font-size: 1.05rem } code { font: 14px ui-monospace, monospace }
small { color: #57606a; font-weight: normal }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } article { border-color: #30363d } small { color: #9198a1 } }
`;

/** A report as a page that stands alone in one file. */
export function printHtml({ findings, notes, requests }: LearnReport): string {
  const title = `${findings.length} findings in ${requests} requests`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
<body>
<h1>${title}</h1>
${findings.map(articleOf).join('\n')}
${notes.length > 0 ? `<h2>Not seen</h2>${list(notes)}` : ''}
</body>
</html>
`;
}

function articleOf({ id, level, message, hint, places, requests, seen }: Finding): string {
  const sure = seen ? 'seen' : 'possible';
  return `<article class="${level}">
<h2>${id} ${FINDINGS[id].title} <small>${level}, ${sure}</small></h2>
<p>${escapeHtml(message)}</p><p>${escapeHtml(hint)}</p>
${list(places.map(({ name, at }) => `${name} at ${at}`))}
${requests.length > 0 ? `<p>In ${requests.map((request) => `<code>${escapeHtml(request)}</code>`).join(', ')}</p>` : ''}
</article>`;
}

function list(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What the app's code and its clients have named may hold anything. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
