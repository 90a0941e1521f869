import type { Fault } from '../../../../lib/testing/fake-github/fault.ts';

/** A fault without its place: it is met by Keycloak, or by this server, at GitHub's token endpoint. */
type FaultOfRefresh = Fault extends infer One
  ? One extends Fault
    ? Omit<One, 'on' | 'times'>
    : never
  : never;

/** What GitHub makes of one refresh. */
export interface FailureRow {
  readonly answer: string;
  readonly fault: FaultOfRefresh;
  /**
   * What becomes of a pair that Keycloak keeps: `replaced` by GitHub's error, or `lost`, since GitHub has rotated it and the
   * answer did not arrive.
   */
  readonly pair: 'kept' | 'replaced' | 'lost';
}

const SLOWER_THAN_KEYCLOAK_WAITS_MS = 6_000;

/** Every row of what happens when GitHub fails a refresh once. */
export const FAILURE_ROWS: readonly FailureRow[] = [
  { answer: 'bad_refresh_token', fault: { kind: 'oauth-error', error: 'bad_refresh_token' }, pair: 'kept' },
  {
    answer: 'incorrect_client_credentials',
    fault: { kind: 'oauth-error', error: 'incorrect_client_credentials' },
    pair: 'kept',
  },
  { answer: 'an HTML page with 502', fault: { kind: 'html', status: 502 }, pair: 'kept' },
  { answer: 'an empty body', fault: { kind: 'empty' }, pair: 'kept' },
  { answer: 'a reset', fault: { kind: 'reset' }, pair: 'kept' },
  { answer: 'a rate limit with 403', fault: { kind: 'rate-limit', status: 403 }, pair: 'replaced' },
  { answer: 'a rate limit with 429', fault: { kind: 'rate-limit', status: 429 }, pair: 'replaced' },
  { answer: '500 with a JSON body', fault: { kind: 'status', status: 500 }, pair: 'replaced' },
  { answer: '503 with a JSON body', fault: { kind: 'status', status: 503 }, pair: 'replaced' },
  {
    answer: 'an answer that is too late',
    fault: { kind: 'slow', delayMs: SLOWER_THAN_KEYCLOAK_WAITS_MS },
    pair: 'lost',
  },
  { answer: 'an answer that is lost', fault: { kind: 'lost-answer' }, pair: 'lost' },
  { answer: 'an answer that is cut short', fault: { kind: 'truncated' }, pair: 'lost' },
];
