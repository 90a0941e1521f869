/** What the report puts into its page, for the page's own type check. */
import type { DrawnApp, DrawnHandler } from '../report/drawn-app.ts';
import type { Finding } from '../report/finding.ts';

export interface Learned {
  readonly apps: readonly DrawnApp[];
  readonly findings: readonly Pick<Finding, 'id' | 'level' | 'message' | 'hint'>[];
}
export type App = DrawnApp;
export type Handler = DrawnHandler;
