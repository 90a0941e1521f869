import type { Finding, LearnReport } from './finding.ts';

/** The findings that another report does not have. Lines move, so a finding is known by its handlers and its key. */
export function newFindings(now: LearnReport, known: Pick<LearnReport, 'findings'>): Finding[] {
  const identities = new Set(known.findings.map(identityOf));
  return now.findings.filter((finding) => !identities.has(identityOf(finding)));
}

function identityOf({ id, middlewares, key, places }: Finding): string {
  // A handler without a name is called by its place.
  const names = middlewares.map(
    (name) => places.find((place) => place.at === name)?.at.replace(/:\d+$/, '') ?? name,
  );
  return JSON.stringify([id, names, key]);
}
