/**
 * Makes `dist-engine` of `lib/compose.ts`: the engine as a package of its own, for those who want nothing else of this
 * one. It runs after `build.ts`, whose declarations it takes. There is no second source: what names the package says
 * another name, and that is all.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rollup } from 'rollup';
import { typescript } from '../typescript-plugin.ts';
import { ENGINE, engineManifest, type Manifest } from './engine-manifest.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const target = join(root, 'dist-engine');

/** What messages and texts of the engine lead to. */
const PAGES = ['compose.md', 'diagnostics.md'];

/** A text of the whole package, as it reads in this one: what is imported, augmented or looked up is named for it. */
function renamed(text: string): string {
  return text
    .replaceAll('openhands-express/compose', ENGINE)
    .replaceAll('openhands-express/docs/', `${ENGINE}/docs/`)
    .replaceAll("'openhands-express'", `'${ENGINE}'`);
}

const rename: Plugin = { name: 'rename', transform: (code) => ({ code: renamed(code), map: null }) };

/** Writes the JavaScript in one file. @returns the packages that it imports */
async function bundleEngine(): Promise<string[]> {
  const build = await rollup({
    input: { compose: join(root, 'lib', 'compose.ts') },
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    plugins: [rename, typescript],
    treeshake: false,
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  const { output } = await build.write({ dir: join(target, 'dist'), format: 'es', sourcemap: true });
  await build.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.imports : [])).filter((id) => !isBuiltin(id));
}

/** Copies a text with its names changed. */
async function copyRenamed(from: string, to: string): Promise<void> {
  await mkdir(dirname(join(target, to)), { recursive: true });
  await writeFile(join(target, to), renamed(await readFile(join(root, from), 'utf8')));
}

await rm(target, { recursive: true, force: true });
const imported = await bundleEngine();
const paths = await readdir(join(root, 'dist'), { recursive: true });
for (const path of paths) {
  if (/^compose([/\\].*)?\.d\.ts$/.test(path)) await copyRenamed(join('dist', path), join('dist', path));
}
for (const page of PAGES) await copyRenamed(join('docs', page), join('docs', page));
await cp(join(root, 'build', 'engine', 'README.md'), join(target, 'README.md'));

const license = await readFile(join(root, 'LICENSE'), 'utf8');
// What stands above it there is about files that are not here.
await writeFile(join(target, 'LICENSE'), license.slice(license.indexOf('MIT License\n')));
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
await writeFile(
  join(target, 'package.json'),
  `${JSON.stringify(engineManifest(manifest, imported), null, 2)}\n`,
);
