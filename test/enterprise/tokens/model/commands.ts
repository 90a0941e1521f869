/** What may happen to the tokens of a user, each time with what is certain of them afterwards. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BadVerificationCodeError } from '../../../../lib/enterprise/github/errors.ts';
import { SignedOutError } from '../../../../lib/enterprise/tokens/github-token-provider.ts';
import { GitHubUnavailableError } from '../../../../lib/oss/github/errors.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { type Failure, LOGIN, type Model, REFRESH, type World } from './world.ts';

type Command = fc.AsyncCommand<Model, World>;

const OPERATIONS = ['token', 'token', 'replace', 'sign in', 'sign out', 'forget'] as const;

interface Operation {
  readonly name: (typeof OPERATIONS)[number];
  /** Which of the two processes does it. */
  readonly process: number;
}

type Result =
  Secret | 'done' | 'nothing' | SignedOutError | GitHubUnavailableError | BadVerificationCodeError;

/** One to four operations at once, in whichever of the two processes, with their reads and writes in any order. */
class AtOnce implements Command {
  readonly #operations: readonly Operation[];

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    noteFailures(model, world);
    const results = await world.scheduler.waitFor(
      Promise.all(this.#operations.map((operation) => perform(operation, world))),
    );
    const { lost } = noteFailures(model, world);
    const signsOut = this.#operations.some(({ name }) => name === 'sign out' || name === 'forget');
    const signedIn = this.#operations.some(
      ({ name }, index) => name === 'sign in' && results[index] === 'done',
    );
    for (const [index, { name }] of this.#operations.entries()) {
      const result = results[index]!;
      if (result instanceof GitHubUnavailableError) assert.ok(model.isFailing, 'GitHub is well');
      if (result instanceof BadVerificationCodeError) assert.ok(signsOut, 'nobody has signed out');
      if (name !== 'token' && name !== 'replace') continue;
      if (model.state === 'out' && !signedIn) assert.ok(result instanceof SignedOutError, 'nobody is there');
      if (model.state === 'in' && !signsOut && !lost) {
        assert.ok(!(result instanceof SignedOutError), 'they have not signed out');
      }
      if (model.state === 'in' && this.#operations.length === 1 && result instanceof Secret) {
        assert.equal(world.custody.worksFor(result), LOGIN);
      }
    }
    await this.#settle(model, world, { signsOut, signedIn, lost });
  }

  async #settle(
    model: Model,
    world: World,
    { signsOut, signedIn, lost }: { signsOut: boolean; signedIn: boolean; lost: boolean },
  ): Promise<void> {
    if (signsOut && signedIn) {
      // Whichever came last. With the old grant GitHub may have ended what it had issued just before, too.
      model.state = (await world.custody.document(LOGIN))?.state === 'signed_in' ? 'unsure' : 'out';
    } else if (signsOut) model.state = 'out';
    else if (signedIn) model.state = 'in';
    if (lost && model.state === 'in') model.state = 'unsure';
  }

  toString(): string {
    return this.#operations.map(({ name, process }) => `${name} in ${process}`).join(' & ');
  }
}

/** Every refresh that GitHub has seen since meets the next failure, if there is one to come. */
export function noteFailures(model: Model, { custody }: World): { readonly lost: boolean } {
  const met = model.failuresToCome.splice(0, custody.github.calls.refreshes - model.refreshes);
  model.refreshes = custody.github.calls.refreshes;
  const lost = met.includes('lost-answer');
  if (lost) model.hasLost = true;
  if (lost && model.state === 'in') model.state = 'unsure';
  return { lost };
}

async function perform({ name, process }: Operation, { custody, id, processes }: World): Promise<Result> {
  const manager = processes[process]!;
  try {
    switch (name) {
      case 'token':
        return await manager.token(id);
      case 'replace': {
        const token = await manager.token(id);
        return (await manager.replacementFor(id, token)) ?? 'nothing';
      }
      case 'sign in':
        await manager.store(id, custody.issue(LOGIN));
        return 'done';
      case 'sign out':
        await manager.revoke(id);
        return 'done';
      case 'forget':
        await manager.forget(id);
        return 'done';
    }
  } catch (error) {
    if (error instanceof SignedOutError || error instanceof GitHubUnavailableError) return error;
    if (error instanceof BadVerificationCodeError) return error;
    throw error;
  }
}

/** A command that only changes the circumstances. */
function circumstance(name: string, run: Command['run']): Command {
  return { check: () => true, run, toString: () => name };
}

const timePasses = (minutes: number): Command =>
  circumstance(`${minutes} minutes pass`, (model, world) => {
    const { custody } = world;
    noteFailures(model, world);
    custody.github.advance(minutes * 60_000);
    if (model.failuresToCome.length === 0) model.isFailing = false;
    return Promise.resolve();
  });

const nextRefreshFails = (kind: Failure): Command =>
  circumstance(`the next refresh meets ${kind}`, (model, world) => {
    const { custody } = world;
    noteFailures(model, world);
    custody.github.faults.add({ on: REFRESH, kind, times: 1 });
    model.isFailing = true;
    model.failuresToCome.push(kind);
    return Promise.resolve();
  });

const userRevokesAtGitHub = circumstance('the user revokes the grant at GitHub', (model, { custody }) => {
  custody.github.tokens.revokeGrant(LOGIN);
  if (model.state === 'in') model.state = 'unsure';
  return Promise.resolve();
});

const processRestarts = (index: number): Command =>
  circumstance(`process ${index} restarts`, (_model, world) => world.restart(index));

const process = fc.nat({ max: 1 });
const operation = fc.record({ name: fc.constantFrom(...OPERATIONS), process });

/** Lists of them, to be run one after the other. */
export const commands = fc.commands<Model, World, false>(
  [
    fc.array(operation, { minLength: 1, maxLength: 4 }).map((operations) => new AtOnce(operations)),
    fc.array(operation, { minLength: 1, maxLength: 4 }).map((operations) => new AtOnce(operations)),
    // Two minutes after any pause; into the last minutes of a token; and past its end.
    fc.constantFrom(2, 60, 472, 600, 600).map(timePasses),
    fc.constantFrom<Failure[]>('reset', 'html', 'lost-answer').map(nextRefreshFails),
    fc.constant(userRevokesAtGitHub),
    process.map(processRestarts),
  ],
  { maxCommands: 16 },
);
