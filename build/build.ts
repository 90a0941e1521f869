/** Makes `dist` of `lib`: the declarations by tsc, the JavaScript bundled, and the pages, which need no compiling. */
import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { bundlePage, bundleReport } from './page.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

await rm(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await bundle();
await bundlePage('page');
await bundlePage('inspector/page');
await bundleReport();
await cp(`${root}lib/oss/openapi/page`, `${root}dist/oss/openapi/page`, { recursive: true });
// CommonJS, as Jest wants it.
for (const file of ['jest.cjs', 'jest.d.cts'])
  await cp(`${root}lib/learn/${file}`, `${root}dist/learn/${file}`);
