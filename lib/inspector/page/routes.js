/** The routes behind the stack: which layer answers what. */
import { byId, html } from './dom.js';
import { counted, enumerated } from './format.js';

/**
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Route} Route
 */

/** @param {Outline} outline */
export function showRoutes({ routes, layers }) {
  if (routes.length === 0) return;
  const place = byId('routes');
  const ofLayers = new Set(routes.map(({ layer }) => layer)).size;
  byId('routes-title').textContent = `${counted(routes.length, 'route')} in ${counted(ofLayers, 'layer')}`;
  byId('routes-rows').append(...routes.map((route) => row(route, layers)));
  place.hidden = false;
}

/** @param {Route} route @param {Outline['layers']} layers */
function row(route, layers) {
  const { method, path, layer, router, handler, replacedBy, hiddenBy, at } = route;
  const isReached = replacedBy === undefined && hiddenBy === undefined;
  const written = html('code', {}, path);
  const lane = layers.indexOf(layer);
  const hue = lane === -1 ? 'hue-none' : `hue-${(layers.length - 1 - lane) % 6}`;
  return html(
    'tr',
    { class: isReached ? false : 'unreached', title: at },
    html('td', { class: 'method' }, method),
    html(
      'td',
      {},
      isReached ? written : html('s', {}, written),
      ...remarksOn(route).map((remark) => html('p', { class: 'quiet' }, ...remark)),
      ...(hiddenBy === undefined
        ? []
        : [html('p', { class: 'hidden-by' }, 'never reached: hidden by ', html('code', {}, hiddenBy))]),
    ),
    html('td', {}, html('span', { class: `route-layer ${hue}` }, layer)),
    html('td', {}, router),
    html('td', {}, handler),
  );
}

/** Above this a list is cut: a route that catches all stands behind all others. */
const MOST = 3;

/** @param {Route} route */
function remarksOn({ through, onErrors, overrides, behind, falls, replacedBy, notCompared }) {
  const listed = (/** @type {string} */ begin, /** @type {readonly string[]} */ names) => {
    if (names.length === 0) return [];
    const shown = names.slice(0, MOST).map((name) => html('code', {}, name));
    const more = names.length - MOST;
    return [[begin, ' ', ...enumerated(more > 0 ? [...shown, `${more} more`] : shown)]];
  };
  return [
    ...listed('through', through),
    ...listed('on errors', onErrors),
    ...listed('in the place of', overrides),
    ...(falls === true ? [['leaves requests to the routes behind it']] : []),
    ...listed('behind', behind),
    ...listed('replaced by', replacedBy === undefined ? [] : [replacedBy]),
    ...(notCompared === undefined ? [] : [[`${notCompared} is compared only with its equal`]]),
  ];
}
