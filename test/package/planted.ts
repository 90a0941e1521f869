import type { FindingId } from '../../lib/learn/index.ts';

/** The faults in `examples/adopt`: what is to be found, and the handlers that it is about. */
export const PLANTED: Readonly<Record<string, readonly (readonly [FindingId, ...string[]])[]>> = {
  pages: [
    // A form that was forged, and the style sheet, get their answers in front of Helmet.
    ['L101', 'helmetMiddleware app.ts', 'doubleCsrfProtection app.ts'],
    ['L101', 'helmetMiddleware app.ts', 'serveStatic app.ts'],
    // The name of the user is put into the views before passport knows it.
    ['L102', 'currentUser app.ts', 'authenticate app.ts'],
    ['L103', 'GET /sign-in sign-in.ts', 'helmetMiddleware app.ts'],
    // A forged form is answered with 500, as its own error handler comes too late.
    ['L104', 'doubleCsrfProtection app.ts', 'onError app.ts'],
    ['L114', 'onForgery app.ts', 'onError app.ts'],
    // hpp comes before the parser, and on Express 5 cleans a query that nobody else reads.
    ['L105', 'hpp app.ts', 'urlencodedParser app.ts'],
    ['L106', 'hpp app.ts'],
    ['L107', 'serveStatic app.ts', 'doubleCsrfProtection app.ts'],
    ['L107', 'serveStatic app.ts', 'session app.ts'],
    ['L108', 'GET /notes/new notebook.ts', 'GET /notes/:id notebook.ts'],
    // A note without a title is refused, and kept all the same.
    ['L113', 'POST /notes notebook.ts'],
    ['L115', 'urlencodedParser sign-in.ts', 'urlencodedParser app.ts'],
  ],
  api: [
    // The browser cannot read who is limited, or whose JSON is broken.
    ['L101', 'corsMiddleware app.js', 'app.js'],
    ['L101', 'corsMiddleware app.js', 'jsonParser app.js'],
    ['L103', 'GET /status app.js', 'corsMiddleware app.js'],
    ['L105', 'sanitizeBody app.js', 'jsonParser app.js'],
    ['L105', 'sanitizeBody app.js', 'multerMiddleware files.js'],
    // One replaces the query, one changes it.
    ['L106', 'pagination orders.js'],
    ['L106', 'numbers orders.js'],
    ['L107', 'serveStatic files.js', 'app.js'],
    // The signature of a webhook is of other bytes than were sent.
    ['L109', 'rawParser webhooks.js', 'jsonParser app.js'],
    // Who sends no token is asked for twice.
    ['L110', 'optionalUser app.js'],
    // A refund is never answered.
    ['L112', 'POST /webhooks/payments webhooks.js'],
    ['L113', 'POST /files files.js'],
  ],
  modular: [
    ['L101', 'helmetMiddleware app.js', 'requireKey app.js'],
    ['L102', 'logTeam teams.js', 'loadTeam teams.js'],
    ['L104', 'GET /v1/teams/:team teams.js', 'onError app.js'],
    ['L104', 'loadTeam teams.js', 'onError app.js'],
    // The legacy router still answers.
    ['L108', 'GET /v1/teams teams.js', 'GET /v1/teams legacy.js'],
    ['L111', 'create teams.js'],
    // The wrapper of promises goes on when they are kept.
    ['L111', 'GET /v1/reports/sizes reports.js'],
    ['L114', 'onMemberError members.js'],
    ['L115', 'jsonParser teams.js', 'jsonParser app.js'],
  ],
};
