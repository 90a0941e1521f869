/**
 * `openhands-express/learn`: what the middleware of any Express app does to each other, learned from requests. See
 * docs/learn.md.
 */
import type { Application } from 'express';
import type { LearnReport } from './report/finding.ts';
import { reportOf } from './report/report-of.ts';
import { isApp } from './watch/express-parts.ts';
import { Recorder, setActiveRecorder } from './watch/recorder.ts';
import { watchApp } from './watch/watch-express.ts';

export type { Finding, FindingId, LearnReport } from './report/finding.ts';
export type { ObservedApp, ObservedHandler } from './report/observed-app.ts';
export type { LearnedLayer } from './trace.ts';
export { newFindings } from './report/new-findings.ts';
export { type LearnFormat, printReport } from './report/print-report.ts';

/** An app that can be learned from. */
export interface Learner {
  /**
   * Watches the requests that come to the app while a function runs.
   *
   * @param run - sends the requests.
   * @returns what was found once it has run.
   * @throws whatever the function throws.
   */
  during(run: () => Promise<void> | void): Promise<LearnReport>;
}

/**
 * Learns from the requests of an app in this process. Import `openhands-express/learn/register` before Express is loaded,
 * and the report names the line where each handler was registered.
 *
 * @param app - of Express 5 or 4, with all its handlers.
 * @throws TypeError when it is no Express app.
 *
 * @example
 * ```ts
 * const report = await learn(app).during(async () => {
 *   await request(app).get('/users').expect(200);
 * });
 * console.log(printReport(report, 'table'));
 * ```
 */
export function learn(app: Application): Learner {
  const target: unknown = app;
  if (!isApp(target)) throw new TypeError('learn() takes an Express app.');
  return {
    async during(run) {
      watchApp(target);
      const recorder = new Recorder({ only: target });
      const before = setActiveRecorder(recorder);
      try {
        await run();
      } finally {
        setActiveRecorder(before);
      }
      return reportOf(recorder.learned());
    },
  };
}
