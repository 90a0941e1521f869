import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Express, RequestHandler } from 'express';
import type { Proposal } from '../../../lib/learn/propose/propose-stack.ts';

type Stacks = Record<string, (app: Record<string, unknown>) => RequestHandler>;

interface Layer {
  readonly handle: unknown;
}

/**
 * Puts the stacks of a proposal in the place of what an app has registered, as a person would in its file. The rest is
 * left as it is.
 */
export async function adopt(app: Express, { text, stacks }: Proposal): Promise<void> {
  const functions = await importStacks(text);
  const { stack } = routerOf(app);
  const own = stack.slice(isExpress4(app) ? 2 : 0);
  const names = Object.keys(functions);
  assert.equal(names.length, stacks.length);
  for (const [index, parameters] of stacks.entries()) {
    const layers = parameters.map(({ index: place }) => own[place]);
    const values = parameters.map(({ name }, at) => [name, layers[at]!.handle] as const);
    app.use(functions[names[index]!]!(Object.fromEntries(values)));
    const [added] = stack.splice(-1);
    stack.splice(stack.indexOf(layers[0]!), layers.length, added!);
  }
}

function isExpress4(app: Express): boolean {
  return 'lazyrouter' in app;
}

function routerOf(app: Express): { readonly stack: Layer[] } {
  return (app as unknown as { _router?: { stack: Layer[] } })._router ?? app.router;
}

const ENGINE = new URL('../../../lib/compose.ts', import.meta.url);

async function importStacks(text: string): Promise<Stacks> {
  const folder = await mkdtemp(join(tmpdir(), 'adopted-'));
  try {
    const file = join(folder, 'stacks.mts');
    // The package has this name where it is installed.
    await writeFile(file, text.replace("'openhands-express/compose'", JSON.stringify(ENGINE.href)));
    return (await import(pathToFileURL(file).href)) as Stacks;
  } finally {
    await rm(folder, { recursive: true });
  }
}
