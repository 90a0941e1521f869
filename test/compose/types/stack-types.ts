/**
 * What the compiler says about stacks. Checked by `npm run typecheck`; and types.test.ts checks that the error behind
 * each `@ts-expect-error` has the words beside it, and that each `^?` shows what an editor shows there.
 */
import express from 'express';
import helmet from 'helmet';
import morgan from 'morgan';
import { pinoHttp } from 'pino-http';
import {
  compose,
  declarations,
  defineErrorMiddleware,
  defineMiddleware,
  type LayerEntry,
  type Layers,
  wrap,
} from '../../../lib/compose.ts';

import '../state-keys.ts';

const app = express();

const session = defineMiddleware({
  //  ^? const session: Middleware<never, "visitor">
  name: 'session',
  writes: ['visitor'],
  handle(req, _res, next) {
    const before: string | undefined = req.state.visitor;
    req.state.visitor = before ?? 'ada';
    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    req.state.visitor = 1;
    // @ts-expect-error Property 'tenant' does not exist
    req.state.tenant = 'acme';
    next();
  },
});

const greet = defineMiddleware({
  //  ^? const greet: Middleware<"visitor", never>
  name: 'greet',
  reads: ['visitor'],
  handle(req, res, next) {
    const visitor: string | undefined = req.state.visitor;
    //    ^? const visitor: string | undefined
    res.set('X-Visitor', visitor);
    // @ts-expect-error Cannot assign to 'visitor' because it is a read-only property.
    req.state.visitor = 'eve';
    // @ts-expect-error Property 'theme' does not exist
    res.set('X-Theme', req.state.theme);
    next();
  },
});

const paint = defineMiddleware({
  name: 'paint',
  reads: ['tenant', 'visitor'],
  writes: ['theme'],
  handle(req, _res, next) {
    req.state.theme = `${req.state.tenant ?? ''} ${req.state.visitor ?? ''}`;
    next();
  },
});

const explain = defineErrorMiddleware({
  name: 'explain',
  reads: ['visitor'],
  handle(_error, req, res, _next) {
    res.send(req.state.visitor);
    // @ts-expect-error Property 'tenant' does not exist
    res.send(req.state.tenant);
  },
});

// Every read has its writer, in whichever layer.
const complete = compose({ base: [greet, session, explain], top: [] });
//    ^? const complete: Stack<"visitor">
app.use(complete);
app.use('/api', complete);
app.get('/', complete, (_req, res) => void res.end());

// A read that nobody writes: the stack is no handler, and the error names the key.
const incomplete = compose({ base: [greet] });
//    ^? const incomplete: UnmetRead<"visitor">
// @ts-expect-error UnmetRead<"visitor">
app.use(incomplete);
// @ts-expect-error UnmetRead<"visitor">
app.get('/', incomplete);
// @ts-expect-error UnmetRead<"visitor" | "tenant">
app.use(compose({ base: [greet], top: [paint] }, { reads: ['theme'] }));
// @ts-expect-error UnmetRead<"tenant">
app.use(compose({ base: [session], top: [paint] }, { given: ['locale'] }));
// @ts-expect-error UnmetRead<"visitor">
app.use(compose({ base: [explain] }));

// The host has written it.
app.use(compose({ base: [greet] }, { given: ['visitor'] }));

// A route behind the stack: its state holds what the stack provides, and nothing else.
const full = compose({ base: [session], top: [paint] }, { given: ['tenant'] });
//    ^? const full: Stack<"visitor" | "tenant" | "theme">
app.get(
  '/',
  full.handler((req, res) => {
    const theme: string | undefined = req.state.theme;
    res.send(`${theme ?? ''} ${req.state.visitor ?? ''} ${req.state.tenant ?? ''}`);
    // @ts-expect-error Property 'locale' does not exist
    res.send(req.state.locale);
  }),
);

// Ordinary handlers, inline and not: their parameters have types, and their state is the whole one.
app.use(
  compose({
    base: [
      (req, res, next) => {
        res.set('X-Path', req.path);
        next();
      },
      express.json(),
      express.Router(),
      wrap((req, _res, next) => next(req.state.visitor), { name: 'wrapped' }),
    ],
  }),
);

// What is nested counts, and so does what may not be wanted.
const maybe = Math.random() > 0.5 && greet;
const nested = compose({ base: [[session, [[paint]]], maybe, null] }, { given: ['tenant'] });
//    ^? const nested: Stack<"visitor" | "tenant" | "theme">
app.use(nested);
// @ts-expect-error UnmetRead<"visitor">
app.use(compose({ base: [[[greet]]] }));

// Keys of the request itself: what is read is there, also where Express's types know nothing of it.
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express is extended
  namespace Express {
    interface Request {
      account?: { readonly name: string };
    }
    interface Locals {
      nonce?: string;
    }
  }
}
const login = defineMiddleware({
  //  ^? const login: Middleware<never, "req.account" | "req.token">
  name: 'login',
  writes: ['req.account'],
  updates: ['req.token'],
  handle(req, _res, next) {
    req.account = { name: 'ada' };
    req.token = req.token ?? 'none';
    // @ts-expect-error Type 'number' is not assignable to type
    req.account = 1;
    next();
  },
});
const welcome = defineMiddleware({
  name: 'welcome',
  reads: ['req.account', 'req.token', 'req.flash?', 'res.locals.nonce', 'visitor?'],
  handle(req, res, next) {
    const name: string = req.account.name;
    const token: unknown = req.token;
    const nonce: string = res.locals.nonce;
    const visitor: string | undefined = req.state.visitor;
    res.send([name, token, nonce, visitor, req.flash]);
    // @ts-expect-error Property 'other' does not exist
    next(req.other);
  },
});
defineMiddleware({
  name: 'maybe',
  reads: ['req.account?'],
  handle(req, res) {
    // @ts-expect-error 'req.account' is possibly 'undefined'.
    res.send(req.account.name);
  },
});
const behindLogin = compose({ base: [login, welcome] }, { given: ['res.locals.nonce'] });
//    ^? const behindLogin: Stack<"req.account" | "req.token" | "res.locals.nonce">
app.get(
  '/',
  behindLogin,
  behindLogin.handler((req, res) => void res.send(req.account.name + res.locals.nonce)),
);
// @ts-expect-error UnmetRead<"req.account" | "req.token">
app.use(compose({ base: [welcome] }, { given: ['res.locals.nonce'] }));
// @ts-expect-error is not assignable to type 'StateKey | RequestKey'
defineMiddleware({ name: 'typo', writes: ['request.user'], handle: (_req, _res, next) => next() });

// What is defined in the layer itself is known as well, and switches nothing off.
const inline = compose({
  //  ^? const inline: Stack<"visitor">
  base: [
    defineMiddleware({ name: 'inline', handle: (_req, _res, next) => next() }),
    wrap(helmet(), declarations.helmet),
    wrap((_req, _res, next) => next(), { name: 'inline-session', writes: ['visitor'] }),
    greet,
  ],
});
app.use(inline);
// @ts-expect-error UnmetRead<"visitor">
app.use(compose({ base: [wrap(helmet(), declarations.helmet), greet] }));

// Generic handlers, whose request and response are inferred, fit bare and wrapped.
app.use(
  compose({
    base: [
      morgan('tiny'),
      pinoHttp(),
      wrap(morgan('tiny'), declarations.morgan),
      wrap(pinoHttp(), { name: 'log' }),
    ],
  }),
);
const inlineRead = compose({
  //  ^? const inlineRead: UnmetRead<"tenant">
  base: [defineMiddleware({ name: 'a', reads: ['tenant'], handle: (_req, _res, next) => next() })],
});
// @ts-expect-error UnmetRead<"tenant">
app.use(inlineRead);

// The state is the stack's: a handler writes its keys, and cannot replace it.
app.use((req, _res, next) => {
  req.state.visitor = 'ada';
  // @ts-expect-error Cannot assign to 'state' because it is a read-only property.
  req.state = { visitor: 'eve' };
  next();
});

// Layers of which the compiler knows nothing more are checked when they are composed.
const layers: Layers = { base: [greet] };
app.use(compose(layers));
const entries: LayerEntry[] = [greet];
app.use(compose({ base: entries }));

// Declarations and options name keys that exist.
// @ts-expect-error Type '"visiter"' is not assignable to type
defineMiddleware({ name: 'typo', reads: ['visiter'], handle: (_req, _res, next) => next() });
// @ts-expect-error Type '"visiter"' is not assignable to type
compose({ base: [] }, { given: ['visiter'] });
// @ts-expect-error Type '"visiter"' is not assignable to type
compose({ base: [] }, { exclusive: { identity: ['visiter'] } });
// @ts-expect-error Type '"S104"' is not assignable to type
compose({ base: [] }, { silence: ['S104'] });
// @ts-expect-error Type '"S104"' is not assignable to type
compose({ base: [] }, { strict: ['S104'] });
compose({ base: [] }, { strict: true, silence: ['S202'] });
compose({ base: [] }, { strict: ['S205', 'S201'] });
// @ts-expect-error Type 'number' is not assignable to type
compose({ base: [1] });

// On the way back all that is read then may be missing, nothing can be written, and there may be no handler.
const back = defineMiddleware({
  //  ^? const back: Middleware<"tenant" | "req.user", never>
  name: 'back',
  reads: ['tenant', 'req.user'],
  readsAfter: ['visitor', 'req.session'],
  beforeHeaders(req, res) {
    const seen: (string | undefined)[] = [req.state.visitor, req.state.tenant];
    // @ts-expect-error Property 'theme' does not exist on type
    res.set('X-Seen', [...seen, req.state.theme].join());
    // @ts-expect-error Cannot assign to 'visitor' because it is a read-only property.
    req.state.visitor = 'ada';
  },
  async afterResponse(req) {
    const { session: after } = req;
    await Promise.resolve([after, req.user]);
  },
});
compose({ base: [session, back] }, { given: ['tenant', 'req.user'] });
// @ts-expect-error Type '"nobody"' is not assignable to type
defineMiddleware({ name: 'odd', readsAfter: ['nobody'], afterResponse: () => undefined });
