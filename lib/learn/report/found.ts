import type { LearnedLayer } from '../trace.ts';
import type { FindingId } from './finding.ts';
import type { Way } from './way.ts';

/** What a check says of one request, or of none where something is only possible. */
export interface Found {
  readonly about: readonly (LearnedLayer | undefined)[];
  readonly message: string;
  readonly hint: string;
  readonly key?: string;
  readonly way?: Way;
}

export type Add = (id: FindingId, found: Found) => void;

/** Looks for one kind of fault, or several that are alike, in all requests of an app. */
export type Check = (ways: readonly Way[], add: Add, layers: readonly LearnedLayer[]) => void;
