/** What the inspector says of a middleware, of one that is replaced, of a key and of the routes. */
import { html } from './dom.js';
import { code, fact, title } from './said.js';

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Planned} Planned
 * @typedef {Outline['replaced'][number]} Replaced
 * @typedef {Outline['diagnostics'][number]} Diagnostic
 * @typedef {import('./keys.js').Key} Key
 */

/**
 * What is said in the picture of a stack.
 *
 * @param {Outline} outline
 * @returns {import('./picture.js').Telling}
 */
export function tellingOf(outline) {
  const { plan, replaced, diagnostics } = outline;
  return {
    keys: 'Keys of req.state',
    behind: 'routes',
    warnings(position) {
      const { name = '' } = plan[position] ?? {};
      const about = diagnostics.filter(({ middlewares }) => middlewares.includes(name));
      return [...new Set(about.map(({ id }) => id))];
    },
    entry: (position) => reasonsFor(/** @type {Planned} */ (plan[position]), position, outline),
    replaced: (index) => reasonsForReplaced(/** @type {Replaced} */ (replaced[index]), outline),
    key: (key) => reasonsForKey(key, outline),
    routes: () => reasonsForRoutes(outline),
  };
}

/** @param {Planned} entry @param {number} position @param {Outline} outline */
function reasonsFor(entry, position, { plan, diagnostics }) {
  const reasons = entry.because.split('; ').map((reason) => html('li', {}, reason));
  return [
    title(entry.name, `${entry.layer} · ${position + 1} of ${plan.length}`),
    html('p', { class: 'why-lead' }, 'Why it stands here'),
    html('ul', { class: 'why-reasons' }, ...reasons),
    html(
      'dl',
      {},
      ...fact('Below', entry.path ?? []),
      ...fact('Reads', entry.reads),
      ...fact('Writes', entry.writes),
      ...fact('Reads on the way back', entry.readsAfter),
      ...fact('Sets', entry.headers),
      ...fact('May end with', entry.ends.map(String)),
      ...actsOnWayBack(entry),
      ...(entry.handlesErrors ? [html('dt', {}, 'Runs'), html('dd', {}, 'on errors only')] : []),
      ...fact('Declared', [entry.at]),
    ),
    ...diagnostics.filter(({ middlewares }) => middlewares.includes(entry.name)).map(finding),
  ];
}

/** @param {Planned} entry @returns {Node[]} */
function actsOnWayBack({ beforeHeaders, afterResponse }) {
  const moments = [
    ...(beforeHeaders ? ['before the headers are sent'] : []),
    ...(afterResponse ? ['after the response'] : []),
  ];
  return moments.length === 0 ? [] : [html('dt', {}, 'Acts'), html('dd', {}, moments.join(' and '))];
}

/** @param {Replaced} replaced @param {Outline} outline */
function reasonsForReplaced({ name, layer, at, by }, { plan }) {
  const other = plan.find((entry) => entry.name === by);
  return [
    title(name, `${layer} · does not run`),
    html('p', {}, code(by), ` of ${other?.layer ?? '?'} stands in for it, and has its place in the order.`),
    html('dl', {}, ...fact('Declared', [at])),
  ];
}

/** @param {Key} key @param {Outline} outline */
function reasonsForKey({ name, writers, readers, given, lostTo, decides }, { plan }) {
  const who = (/** @type {number[]} */ positions) => positions.map((at) => plan[at]?.name ?? 'the routes');
  return [
    title(name, 'key of req.state'),
    ...(lostTo
      ? [
          html(
            'p',
            { class: 'why-lost' },
            'Always undefined: ',
            code(lostTo.by),
            ' decides ',
            code(lostTo.group),
            ' with ',
            code(lostTo.winner),
            ', in a higher layer.',
          ),
        ]
      : []),
    ...(decides ? [html('p', {}, 'Decides the exclusive group ', code(decides), '.')] : []),
    html(
      'dl',
      {},
      ...(given ? [html('dt', {}, 'Given'), html('dd', {}, 'before the stack runs')] : []),
      ...fact('Written by', who(writers)),
      ...fact('Read by', who(readers)),
    ),
  ];
}

/** @param {Outline} outline */
function reasonsForRoutes({ routeReads }) {
  return [
    title('The routes', 'behind the stack'),
    html('p', {}, 'What the application does once every middleware has let the request through.'),
    html('dl', {}, ...fact('Read', routeReads)),
  ];
}

/** @param {Diagnostic} diagnostic */
export function finding({ id, message, hint, places, explanation }) {
  return html(
    'div',
    { class: 'finding' },
    html('p', {}, html('b', {}, id), ' ', message),
    html('p', { class: 'quiet' }, hint),
    ...places.map(({ name, at }) => html('p', { class: 'quiet' }, name, ' at ', code(at))),
    html('p', { class: 'quiet' }, 'See ', code(explanation)),
  );
}
