import type { Learned } from '../trace.ts';

/** What could not be seen, in sentences. */
export function notesOn({ apps, traces, notes }: Learned): string[] {
  const layers = apps.flatMap((app) => app.layers);
  const found = [...notes];
  if (traces.length === 0 && notes.length === 0)
    found.push(
      'No request came to an Express app of these processes. Under Jest, setupFiles has to name openhands-express/learn/jest.',
    );
  if (layers.some(({ at }) => at === '<unknown>'))
    found.push(
      'Handlers that were registered before the watcher came have no place. Import openhands-express/learn/register first.',
    );
  const patterns = new Set(
    layers
      .filter(({ path, kind }) => path === null && kind !== 'param')
      .map(({ name, at }) => `"${name}" (${at})`),
  );
  if (patterns.size > 0)
    found.push(`Whether a request matches the pattern of ${[...patterns].join(', ')} was not judged.`);
  const reached = new Set(
    traces.flatMap(({ app, events }) =>
      events.flatMap(({ kind, layer }) => {
        const of = apps[app]?.layers[layer];
        return kind === 'enter' && of !== undefined ? [`${of.name} ${of.at}`] : [];
      }),
    ),
  );
  const idle = new Set(layers.map(({ name, at }) => `${name} ${at}`).filter((one) => !reached.has(one)));
  if (traces.length > 0 && idle.size > 0)
    found.push(`Nothing is known of ${idle.size} handlers that no request came to: ${[...idle].join(', ')}.`);
  return found;
}
