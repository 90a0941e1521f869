import type { Answer } from './answer.ts';
import type { Fault } from './fault.ts';

/** An answer as a proxy passes it on that changes what goes through it. Where there is no body, there is nothing to change. */
export function changed(answer: Answer, change: Fault & { kind: 'changed' }): Answer {
  if (answer.body === '') return answer;
  const { contentType, prefix = '', asForm = false, fields = {}, without = [] } = change;
  const body = changedBody(answer.body, { ...fields }, without, asForm);
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  return { ...answer, headers: { ...answer.headers, ...headers }, body: `${prefix}${body}` };
}

function changedBody(
  body: string,
  fields: Readonly<Record<string, unknown>>,
  without: readonly string[],
  asForm: boolean,
): string {
  const isUntouched = !asForm && without.length === 0 && Object.keys(fields).length === 0;
  if (isUntouched || !body.startsWith('{')) return body;
  const given = { ...(JSON.parse(body) as Record<string, unknown>), ...fields };
  const left = Object.entries(given).filter(([name]) => !without.includes(name));
  return asForm
    ? new URLSearchParams(Object.fromEntries(left) as Record<string, string>).toString()
    : JSON.stringify(Object.fromEntries(left));
}
