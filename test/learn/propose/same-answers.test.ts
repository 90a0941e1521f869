import assert from 'node:assert/strict';
import { type Proposal, proposeStack } from '../../../lib/learn/propose/propose-stack.ts';
import { Recorder, setActiveRecorder } from '../../../lib/learn/watch/recorder.ts';
import { EXPRESSES, type ExpressName, freshExpress, watchedExpress } from '../fresh-express.ts';
import { randomApp } from '../random-app.ts';
import { answersOf, requestsOf, serverOf } from '../same-answers.ts';
import { adopt } from './adopted.ts';

const SEEDS = Array.from({ length: 25 }, (_, index) => index + 1);

async function proposalFor(name: ExpressName, seed: number): Promise<Proposal | undefined> {
  const recorder = new Recorder({ namesPackages: true });
  const before = setActiveRecorder(recorder);
  try {
    await answersOf(serverOf(randomApp(watchedExpress(name), seed)), requestsOf(seed));
  } finally {
    setActiveRecorder(before);
  }
  return proposeStack(recorder.learned(), { dialect: 'typescript', order: false });
}

describe('An app with the stack that is proposed for it', function () {
  this.timeout(600_000);

  for (const name of EXPRESSES) {
    it(`answers byte for byte what it answered before, in ${name}`, async () => {
      const plain = freshExpress(name);
      let adopted = 0;
      for (const seed of SEEDS) {
        const proposal = await proposalFor(name, seed);
        if (proposal === undefined) continue;
        const app = randomApp(plain, seed);
        await adopt(app, proposal);
        adopted += proposal.stacks.flat().length;
        const sent = requestsOf(seed);
        const expected = await answersOf(serverOf(randomApp(plain, seed)), sent);
        for (const [index, answer] of (await answersOf(serverOf(app), sent)).entries()) {
          assert.deepEqual(
            answer,
            expected[index],
            `${name}, seed ${seed}, ${JSON.stringify(sent[index])}\n${proposal.text}`,
          );
        }
      }
      assert.ok(adopted > 30, `only ${adopted} middlewares were adopted`);
    });
  }
});
