import assert from 'node:assert/strict';
import { type ConsumerProject, consumerProject } from './consumer-project.ts';
import { NEWEST, nodeRuntime, OLDEST, SUPPORTED } from './node-runtimes.ts';
import { runIn } from './run-in.ts';
import { RUNNERS } from './runners.ts';

/**
 * What is tried with a version of Express, each of which is a file, so that mocha runs two at a time. The examples and
 * docs/testing.md pass with mocha everywhere. Our own tests, and other runners, are for the oldest and the newest Node: what
 * works on both works between them, and the time of CI is short.
 *
 * @param others - the runners beside mocha.
 */
export function describeMatrix(express: string, others: readonly (keyof typeof RUNNERS)[] = []): void {
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

    for (const node of SUPPORTED) {
      const isEnd = node === OLDEST || node === NEWEST;
      if (isEnd) it(`passes our own tests on Node ${node}`, () => passes(node, 'mocha', project.core));
      for (const runner of ['mocha', ...(isEnd ? others : [])] as const) {
        it(`lets the examples and docs/testing.md pass with ${runner} on Node ${node}`, () =>
          passes(node, runner, project.suites));
      }
    }
  });
}
