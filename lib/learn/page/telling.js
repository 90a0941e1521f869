/** What is said of a handler that was watched, and of a key that it touched. */
import { html } from '../../inspector/page/dom.js';
import { counted } from '../../inspector/page/format.js';
import { fact, title } from '../../inspector/page/said.js';

/**
 * @typedef {import('./wire.d.ts').App} App
 * @typedef {import('./wire.d.ts').Handler} Handler
 * @typedef {import('./wire.d.ts').Learned['findings']} Findings
 */

/**
 * What is said in the picture of an app.
 *
 * @param {App} app
 * @param {Findings} findings
 * @returns {import('../../inspector/page/picture.js').Telling}
 */
export function tellingOf({ plan }, findings) {
  const of = (/** @type {number} */ position) => /** @type {Handler} */ (plan[position]);
  const about = (/** @type {number} */ position) =>
    of(position).findings.flatMap((index) => findings[index] ?? []);
  return {
    keys: 'Keys that several handlers touch',
    behind: 'Express’s own answer',
    warnings: (position) => [...new Set(about(position).map(({ id }) => id))],
    entry: (position) => [
      ...seen(of(position), position, plan.length),
      ...about(position).map(({ id, level, message, hint }) =>
        html(
          'div',
          { class: `finding ${level}` },
          html('p', {}, html('b', {}, id), ' ', message),
          html('p', { class: 'quiet' }, hint),
        ),
      ),
    ],
    replaced: () => [],
    key: ({ name, writers, readers }) => {
      const who = (/** @type {number[]} */ positions) => positions.map((at) => of(at).name);
      return [
        title(name, 'as it was seen'),
        html('dl', {}, ...fact('Written by', who(writers)), ...fact('Read by', who(readers))),
      ];
    },
    routes: () => [
      title('Express', 'behind the last handler'),
      html('p', {}, 'What no handler has answered is answered with 404, or with the error.'),
    ],
  };
}

/** @param {Handler} handler @param {number} position @param {number} count of all handlers */
function seen({ name, layer, seen }, position, count) {
  const { at, path, requests, reads, absent, writes, changes, readsAfter, headers, ends, failures } = seen;
  const came = requests === 0 ? 'No request came to it.' : `${counted(requests, 'request')} came to it.`;
  return [
    title(name, `${layer} · ${position + 1} of ${count}`),
    html('p', {}, came),
    html(
      'dl',
      {},
      ...fact('Registered', [at]),
      ...fact('Below', path === null ? ['a pattern'] : [path]),
      ...fact('Reads', reads),
      ...fact('While absent', absent),
      ...fact('Writes', writes),
      ...fact('Changes', changes),
      ...fact('Reads on the way back', readsAfter),
      ...fact('Sets', headers),
      ...fact('Ends with', ends.map(String)),
      ...(failures > 0 ? [html('dt', {}, 'Fails'), html('dd', {}, counted(failures, 'time'))] : []),
    ),
  ];
}
