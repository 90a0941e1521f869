import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SignedOutError } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import { runsOf } from '../../runs-of.ts';
import { Custody } from './custody.ts';
import { commands, noteFailures } from './model/commands.ts';
import { LOGIN, type Model, World } from './model/world.ts';

describe('GithubTokenManager, beside a model of it', () => {
  it('is right about who is signed in, whatever happens in two processes, in whatever order', async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(commands, fc.scheduler(), async (steps, scheduler) => {
        const custody = await Custody.set();
        const world = new World(custody, scheduler);
        const model: Model = {
          state: 'in',
          isFailing: false,
          failuresToCome: [],
          refreshes: 0,
          hasLost: false,
        };
        try {
          await scheduler.waitFor(world.processes[0]!.store(world.id, custody.issue(LOGIN)));
          await fc.asyncModelRun(() => ({ model, real: world }), steps);
          await world.close();
          await assertSettled(model, world);
        } finally {
          await custody.close();
        }
      }),
      { numRuns: runsOf(60), endOnFailure: process.env.CI !== undefined },
    );
  });
});

/** When GitHub is well and every process has ended, a new one finds what the model says, and nobody has raced. */
async function assertSettled(model: Model, world: World): Promise<void> {
  const { custody, id } = world;
  noteFailures(model, world);
  custody.github.faults.clear();
  custody.github.advance(10 * 60 * 60_000);
  const token = await custody
    .manager()
    .token(id)
    .catch((error: unknown) => {
      assert.ok(error instanceof SignedOutError, String(error));
      return undefined;
    });
  if (model.state === 'in') assert.equal(token && custody.worksFor(token), LOGIN);
  if (model.state === 'out') assert.equal(token, undefined);
  if (token !== undefined) assert.equal(custody.worksFor(token), LOGIN);
  if (!model.hasLost) assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
}
