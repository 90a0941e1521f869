import assert from 'node:assert/strict';
import { type ConsumerProject, consumerProject } from './consumer-project.ts';
import { NEWEST, nodeRuntime, OLDEST, SUPPORTED } from './node-runtimes.ts';
import { runIn } from './run-in.ts';
import { RUNNERS } from './runners.ts';

const OTHERS = ['vitest', 'jest', 'node:test'] as const;

/**
 * What is tried where. Mocha everywhere; how the other runners load the package changes with Node alone, and little between
 * its oldest and its newest version.
 */
const CELLS = ['4', '5'].map((express) => ({
  express,
  nodes: SUPPORTED.map((node) => {
    const isCorner = express === '5' && (node === OLDEST || node === NEWEST);
    return { node, runners: ['mocha', ...(isCorner ? OTHERS : [])] as (keyof typeof RUNNERS)[] };
  }),
}));

for (const { express, nodes } of CELLS) {
  describe(`The packed package in a project with Express ${express}`, () => {
    let project: ConsumerProject;

    before(async () => {
      project = await consumerProject(express);
    });

    async function passes(
      node: string,
      runner: keyof typeof RUNNERS,
      files: readonly string[],
    ): Promise<void> {
      const { command, passed } = RUNNERS[runner];
      const output = await runIn(project.folder, nodeRuntime(node), [...command, ...files]);
      const [, count = '0'] = passed.exec(output) ?? [];
      assert.ok(Number(count) >= files.length, output);
    }

    for (const { node, runners } of nodes) {
      it(`passes our own tests on Node ${node}`, () => passes(node, 'mocha', project.core));
      for (const runner of runners) {
        it(`lets the examples and docs/testing.md pass with ${runner} on Node ${node}`, () =>
          passes(node, runner, project.suites));
      }
    }
  });
}
