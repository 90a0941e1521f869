/** Random handlers that write down what happens to them, and do about everything that a handler can. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ErrorRequestHandler, NextFunction, RequestHandler } from 'express';
import fc from 'fast-check';

/** What a handler does, a step after the other. */
export interface Script {
  readonly handlesErrors: boolean;
  /** Whether it is `async`, and so returns a promise. */
  readonly isAsync: boolean;
  readonly steps: readonly Step[];
}

export type Step =
  'wait' | 'next' | 'next later' | 'next error' | 'next route' | 'next router' | 'throw' | 'throw undefined';

const STEPS: readonly Step[] = [
  'wait',
  'next',
  'next',
  'next',
  'next later',
  'next error',
  'next route',
  'next router',
  'throw',
  'throw undefined',
];

/** Without steps a handler never calls `next`; with two calls of it, it calls it twice. */
export const scripts: fc.Arbitrary<readonly Script[]> = fc.array(
  fc.record({
    handlesErrors: fc.boolean(),
    isAsync: fc.boolean(),
    steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 3, size: 'max' }),
  }),
  { maxLength: 8, size: 'max' },
);

/** The handlers of the scripts; they write into `trace`. */
export function handlersOf(
  all: readonly Script[],
  trace: string[],
): (RequestHandler | ErrorRequestHandler)[] {
  return all.map((script, index) => {
    const perform = performer(script, `${index}`, trace);
    return script.handlesErrors
      ? (((error: unknown, _req, _res, next) => {
          trace.push(`${index} is given ${nameOf(error)}`);
          return perform(next);
        }) as ErrorRequestHandler)
      : (((_req, _res, next) => perform(next)) as RequestHandler);
  });
}

function performer(
  { isAsync, steps }: Script,
  name: string,
  trace: string[],
): (next: NextFunction) => unknown {
  if (!isAsync) {
    return (next) => {
      for (const step of steps) perform(step, name, trace, next);
      trace.push(`${name} returns`);
    };
  }
  return async (next) => {
    for (const step of steps) {
      if (step === 'wait') await turn();
      else perform(step, name, trace, next);
    }
    trace.push(`${name} returns`);
  };
}

function perform(step: Step, name: string, trace: string[], next: NextFunction): void {
  trace.push(`${name}: ${step}`);
  switch (step) {
    case 'wait':
      return;
    case 'next': {
      next();
      return;
    }
    case 'next later':
      setImmediate(next);
      return;
    case 'next error': {
      next(new Error(`error of ${name}`));
      return;
    }
    case 'next route': {
      next('route');
      return;
    }
    case 'next router': {
      next('router');
      return;
    }
    case 'throw':
      throw new Error(`error of ${name}`);
    case 'throw undefined':
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- which is what must not pass for no error
      throw undefined;
  }
}

/** An error as the trace tells it: of a falsy one, each runner makes an error of its own. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.startsWith('error of') ? error.message : 'an error in place of nothing';
}
