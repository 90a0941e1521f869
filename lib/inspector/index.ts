/** A window on a stack of middleware at work: mount it with `app.use('/stack', inspector(stack))`. */
export { inspector, type Inspector, type InspectorOptions } from './inspector.ts';
export type { InspectorOutline } from './outline.ts';
export type { RequestRecord, RoutesRecord, StepRecord } from './request-record.ts';
