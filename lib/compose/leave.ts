import type { Response } from 'express';
import type { EnteredRequest, Run } from './run.ts';
import { Step } from './step.ts';

/** Behind the last middleware, or where one says so: from here on `req.state` is the application's view. */
export function leave(req: EnteredRequest, _res: Response, run: Run, signal?: unknown): void {
  const { application } = run.runtime;
  const step = new Step(run, application);
  if (signal === 'route' || signal === 'router') run.notes.signals.set(application, signal);
  req.state = step;
  if (signal === undefined) run.out();
  else run.out(signal);
  // Another stack behind this one may have taken over.
  if (req.state !== step) run.beyond = req.state;
}
