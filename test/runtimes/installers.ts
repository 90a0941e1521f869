/** The programs that install packages, each run by a version of Node, each refusing what says that it is not for that one. They
 * have our environment, which may say where the registry is. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { emptyProject } from './empty-project.ts';
import type { NodeRuntime } from './node-runtimes.ts';
import { runIn } from './run-in.ts';

export type Install = (project: string, node: NodeRuntime, packages: readonly string[]) => Promise<unknown>;

export const installWithNpm: Install = (project, node, packages) => {
  const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
  const options = ['--engine-strict', '--no-audit', '--no-fund', '--prefer-offline'];
  return runIn(project, node, [npm, 'install', ...options, ...packages], process.env);
};

/** Yarn 1 checks engines by itself. */
export const installWithYarn: Install = async (project, node, packages) => {
  const cache = join(project, '.yarn-cache');
  const args = ['add', '--non-interactive', '--cache-folder', cache, ...packages.map(asFile)];
  return runIn(project, node, [join(await installers(node), 'yarn/bin/yarn.js'), ...args], process.env);
};

/** With it, a package finds no other one than those that it names. */
export const installWithPnpm: Install = async (project, node, packages) => {
  const args = [
    'add',
    '--engine-strict',
    '--store-dir',
    join(project, '.pnpm-store'),
    ...packages.map(asFile),
  ];
  return runIn(project, node, [join(await installers(node), 'pnpm/bin/pnpm.cjs'), ...args], process.env);
};

let installed: Promise<string> | undefined;

/** The folder of the installers that do not come with Node. */
function installers(node: NodeRuntime): Promise<string> {
  installed ??= (async () => {
    const project = await emptyProject('installers');
    await installWithNpm(project, node, ['yarn@1.22.22', 'pnpm@10.34.9']);
    return join(project, 'node_modules');
  })();
  return installed;
}

/** How they know a tarball from the name of a package. */
function asFile(name: string): string {
  return name.endsWith('.tgz') ? `file:${name}` : name;
}
