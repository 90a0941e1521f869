/** Tests of this repository that run on any copy of the package: of ours they import only what package.json exports. */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from '../package/packed.ts';

/** The engine, both editions, what they are mounted in, and what tests are written with. */
export const PORTABLE_TESTS: readonly string[] = [
  'test/compose/compose-routes.test.ts',
  'test/compose/mount.test.ts',
  'test/compose/nested-stack.test.ts',
  'test/compose/next.test.ts',
  'test/compose/on-conflict.test.ts',
  'test/compose/plan.test.ts',
  'test/compose/properties/order.test.ts',
  'test/compose/replaced-state.test.ts',
  'test/compose/request-keys.test.ts',
  'test/compose/request-stack.test.ts',
  'test/compose/rule.test.ts',
  'test/compose/tracing.test.ts',
  'test/compose/way-back/answers.test.ts',
  'test/compose/way-back/hooks.test.ts',
  'test/express-messages/listen.test.ts',
  'test/express-messages/message-classes.test.ts',
  'test/inspector/access.test.ts',
  'test/inspector/inspector.test.ts',
  'test/integration/last-profile.test.ts',
  'test/integration/mounted-editions.test.ts',
  'test/integration/oss-host.test.ts',
  'test/integration/request-bodies.test.ts',
  'test/testing/fake-github/oauth.test.ts',
  'test/testing/fake-github/rest.test.ts',
  'test/testing/test-app.test.ts',
];

/** Of these: what is compared is Express 5 itself, or routes are read, which those of Express 4 do not show. */
export const WITH_EXPRESS_5: readonly string[] = [
  'test/compose/compose-routes.test.ts',
  'test/compose/tracing.test.ts',
  'test/express-messages/listen.test.ts',
];

/** Programs that they start. */
const STARTED = ['test/compose/fixtures/print-run.ts'];

/** What they need beside the package and Express. Some try both versions of it. */
export const PACKAGES_OF_TESTS: readonly string[] = ['express4', 'fast-check', 'on-headers', 'supertest'];

const IMPORT = /(?<=\b(?:from|import)\s*\(?\s*')\.[^']+(?=')/g;

/** Writes them into a project, with what they share. There, our own package has the name that others import it by. */
export async function copyPortableTests(project: string): Promise<void> {
  const entries = entryPoints();
  const files = new Set([...PORTABLE_TESTS, ...STARTED]);
  for (const file of files) {
    const source = await readFile(join(root, file), 'utf8');
    const copy = source.replaceAll(IMPORT, (specifier) => {
      const target = relative(root, resolve(root, dirname(file), specifier));
      const name = entries.get(target);
      if (name !== undefined) return name;
      if (target.startsWith('lib/')) throw new Error(`${file} imports ${target}, which nobody else can.`);
      files.add(target);
      return specifier;
    });
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), copy);
  }
}

/** The modules of `lib` that package.json exports, and their names for others. */
function entryPoints(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { readonly default?: string }>;
  };
  return new Map(
    Object.entries(exports).map(([path, { default: file = '' }]) => [
      file.replace(/^\.\/dist\//, 'lib/').replace(/\.js$/, '.ts'),
      `openhands-express${path.slice(1)}`,
    ]),
  );
}
