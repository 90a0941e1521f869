/** What the server sends, for the page's own type check. */
import type { StackOutline } from '../../compose.ts';
import type { RequestRecord } from '../request-record.ts';

export type Outline = StackOutline;
export type Planned = StackOutline['plan'][number];
export type Request = RequestRecord;
export type Step = RequestRecord['steps'][number];
export type Conflict = RequestRecord['conflicts'][number];
