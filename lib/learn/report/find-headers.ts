import type { LearnedLayer } from '../trace.ts';
import type { Add } from './found.ts';
import type { Way } from './way.ts';

/** Headers of which several may stand, or that describe one answer alone. */
const OF_ONE_ANSWER =
  /^(?:vary|set-cookie|link|content-(?!security).*|etag|last-modified|transfer-encoding|connection|keep-alive|date|location|allow|retry-after|accept-ranges|cache-control|expires|age)$/;

/** The same without what a layer sets for the answers of others. */
const TOLD_TWICE =
  /^(?:vary|set-cookie|link|content-(?!security).*|etag|last-modified|transfer-encoding|connection|date|allow)$/;

/** Headers that are missing where an earlier layer has ended or failed a request, and headers that are written twice. */
export function findHeaders(ways: readonly Way[], add: Add, layers: readonly LearnedLayer[]): void {
  for (const [index, layer] of layers.entries()) {
    if (layer.kind !== 'use') continue;
    const headers = alwaysSet(ways, index);
    if (headers.length === 0) continue;
    for (const way of ways) findMissing(way, index, headers, add);
  }
  for (const way of ways) findTwice(way, add);
}

/** The headers that a layer sets whenever it is reached. */
function alwaysSet(ways: readonly Way[], index: number): string[] {
  const reached = ways.filter((way) => way.entered.has(index) && !way.isPreflight && way.trace.status > 0);
  const sets = reached.map((way) => new Set(way.events.flatMap((event) => headerOf(event, index))));
  const [first, ...others] = sets;
  return [...(first ?? [])].filter(
    (header) => !OF_ONE_ANSWER.test(header) && others.every((set) => set.has(header)),
  );
}

function headerOf({ kind, layer, name }: Way['events'][number], index: number): string[] {
  return kind === 'header' && layer === index && name !== undefined ? [name] : [];
}

function findMissing(way: Way, index: number, headers: readonly string[], add: Add): void {
  const { stopper, layers, trace } = way;
  const [layer, by] = [layers[index], stopper === undefined ? undefined : layers[stopper]];
  if (layer === undefined || by === undefined || stopper === undefined || stopper >= index) return;
  if (way.entered.has(index) || way.isPreflight || trace.status === 0 || !way.matches(layer)) return;
  // A router's own layers are not meant for what others answer.
  if (!layer.routers.every((router) => by.routers.includes(router))) return;
  const missing = headers.filter((header) => !trace.headers.includes(header));
  if (missing.length === 0) return;
  const did = way.did(stopper, ['fail']) ? 'fails' : 'ends';
  add('L101', {
    about: [layer, by],
    key: missing.join(', '),
    message: `"${layer.name}" sets ${missing.join(', ')}. "${by.name}" stands in front of it, and the requests that it ${did} are answered without.`,
    hint: `Move "${layer.name}" in front of "${by.name}".`,
    way,
  });
}

function findTwice(way: Way, add: Add): void {
  const pairs = new Map<string, { about: [LearnedLayer, LearnedLayer]; headers: Set<string> }>();
  for (const [at, { kind, layer, name }] of way.events.entries()) {
    if (kind !== 'header-again' || name === undefined || TOLD_TWICE.test(name)) continue;
    const earlier = way.events
      .slice(0, at)
      .findLast((event) => event.kind === 'header' && event.name === name && event.layer !== layer);
    const [first, second] = [way.layers[earlier?.layer ?? -1], way.layers[layer]];
    // Who answers an error begins the answer anew.
    if (first === undefined || second === undefined || second.kind === 'error') continue;
    const pair = `${earlier?.layer} ${layer}`;
    const { headers } = pairs.get(pair) ?? { headers: new Set() };
    pairs.set(pair, { about: [second, first], headers: headers.add(name) });
  }
  for (const { about, headers } of pairs.values()) {
    const [second, first] = about;
    const names = [...headers].join(', ');
    const [gives, leave] =
      headers.size === 1
        ? [`the header ${names} another value`, 'the header']
        : [`the headers ${names} other values`, 'the headers'];
    add('L103', {
      about,
      key: names,
      message: `"${second.name}" gives ${gives} than "${first.name}" did before it.`,
      hint: `Leave ${leave} to one of them. If "${second.name}" is meant to win, say so where both are registered.`,
      way,
    });
  }
}
