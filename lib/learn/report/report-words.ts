/** What every format of a report says in the same words. */
import type { Finding, LearnReport } from './finding.ts';

/** `3 findings in 41 requests`. */
export function headline({ findings, requests }: LearnReport): string {
  const found = findings.length === 1 ? '1 finding' : `${findings.length || 'No'} findings`;
  return `${found} in ${requests === 1 ? '1 request' : `${requests} requests`}`;
}

/** The middleware of a finding and what it is called, such as `helmet ↔ limiter`. */
export function pairOf({ middlewares }: Finding): string {
  return middlewares.join(' ↔ ');
}

/** Whether requests have shown it. */
export function howSure({ seen }: Finding): string {
  return seen ? 'seen' : 'possible';
}

/** Findings of the same handlers stand together, in the order of their first. */
export function grouped(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const pair = pairOf(finding);
    groups.set(pair, [...(groups.get(pair) ?? []), finding]);
  }
  return groups;
}
