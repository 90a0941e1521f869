import { isRouter } from '../declare/express-router.ts';
import type { Findings } from '../diagnose/diagnostic.ts';
import { type Entry, label } from '../plan/entry.ts';

/** S208: a router looks for its routes in `req.url`, which a `path` leaves as it is, so it finds none of them. */
export function checkRouters(entries: readonly Entry[], findings: Findings): void {
  for (const entry of entries) {
    const { path, handle } = entry.middleware;
    if (path === undefined || entry.prefixes === undefined || !isRouter(handle)) continue;
    const written = [path].flat().map((prefix) => `'${prefix}'`);
    const mount = written.length === 1 ? written.join('') : `[${written.join(', ')}]`;
    findings.add('S208', [entry], {
      message: `${label(entry)} is a router below the path ${written.join(', ')}, which stays in req.url: a route '/users' of it is not found at '${[path].flat()[0] ?? ''}/users'.`,
      hint: `Write mount: ${mount} in place of path, which takes it off as app.use does.`,
      key: [path].flat().join(', '),
    });
  }
}
