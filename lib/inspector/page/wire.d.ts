/** What the server sends, for the page's own type check. */
import type { InspectorOutline } from '../outline.ts';
import type { RequestRecord } from '../request-record.ts';

export type Outline = InspectorOutline;
export type Planned = InspectorOutline['plan'][number];
/** What the picture needs of an outline. */
export type Drawn = Pick<Outline, 'layers' | 'replaced' | 'groups' | 'given' | 'routeReads'> & {
  readonly plan: readonly Pick<
    Planned,
    'name' | 'layer' | 'path' | 'reads' | 'writes' | 'updates' | 'readsAfter'
  >[];
};
export type Route = InspectorOutline['routes'][number];
export type Request = RequestRecord;
export type Step = RequestRecord['steps'][number];
export type Conflict = RequestRecord['conflicts'][number];
