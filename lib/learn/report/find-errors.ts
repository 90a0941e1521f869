import type { LearnedLayer } from '../trace.ts';
import type { Add } from './found.ts';
import type { Way } from './way.ts';

/** Errors of the client that are answered as the server's, and error handlers that no error can reach. */
export function findErrors(ways: readonly Way[], add: Add, layers: readonly LearnedLayer[]): void {
  for (const way of ways) findWrongStatus(way, add);
  for (const [index, layer] of layers.entries())
    if (layer.kind === 'error') findOutOfReach(index, ways, layers, add);
}

function findWrongStatus(way: Way, add: Add): void {
  if (way.trace.status < 500) return;
  for (const { kind, layer, name } of way.events) {
    if (kind !== 'fail' || name === undefined || !/^4\d\d$/.test(name)) continue;
    const [failed, answered] = [way.layers[layer], way.layers[way.ender ?? -1]];
    if (failed === undefined) return;
    add('L104', {
      about: [failed, answered],
      key: name,
      message: `"${failed.name}" fails with the status ${name}, and the client gets ${way.trace.status}${answered ? ` from "${answered.name}"` : ''}.`,
      hint: 'Answer with err.status, or err.statusCode, where the error has one.',
      way,
    });
    return;
  }
}

function findOutOfReach(
  index: number,
  ways: readonly Way[],
  layers: readonly LearnedLayer[],
  add: Add,
): void {
  const layer = layers[index];
  const router = layer?.routers.at(-1);
  if (layer === undefined || router === undefined || ways.some((way) => way.entered.has(index))) return;
  const before = layers.slice(0, index).filter(({ routers }) => routers.includes(router));
  if (before.every(({ kind }) => kind === 'error')) {
    add('L114', {
      about: [layer],
      message: `The error handler "${layer.name}" stands in front of all that could fail, so no error reaches it.`,
      hint: 'Register it behind what it is to handle the errors of.',
    });
    return;
  }
  const previous = layers.indexOf(before.at(-1) ?? layer);
  const reached = ways.filter((way) => way.entered.has(previous));
  const passesOn = reached.some((way) => way.did(previous, ['next', 'fail']));
  if (layers[previous]?.kind !== 'error' || reached.length === 0 || passesOn) return;
  add('L114', {
    about: [layer, layers[previous]],
    message: `"${layers[previous].name}" answered every error that came to it, so that none reached "${layer.name}" behind it.`,
    hint: `Let "${layers[previous].name}" pass on what it doesn't know, with next(err), or take the other out.`,
  });
}
