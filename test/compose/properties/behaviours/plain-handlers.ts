/** What a plain handler can do with a request. */
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { type Behaviour, see, seen, seenError } from './witness.ts';

/** A file beside this one, which requests ask for by its name. */
export const FILE = 'witness.ts';
const root = import.meta.dirname;

/** Whatever comes next, these answer, or hand on an error that Express makes. */
export const answers: Readonly<Record<string, Behaviour>> = {
  ends: seen((_req, res) => void res.status(202).end('ended')),
  sends: seen((_req, res) => void res.status(201).send('sent')),
  'sends json': seen((req, res) => void res.json({ from: req.baseUrl + req.url })),
  'sends after an await': seen(async (_req, res) => {
    await Promise.resolve();
    res.send('sent later');
  }),
  'sends a file': seen((_req, res) => res.sendFile(FILE, { root })),
  'renders a view': seen((_req, res) => res.render(FILE)),
  'formats what is accepted': seen((_req, res) => void res.format({ 'application/json': () => res.json(1) })),
  'answers with two parameters': (mark) => (req: Request, res: Response) => {
    see(mark, req);
    res.send('by two');
  },
};

/** What hands the request on by `next`, or fails. */
const handsOn: Readonly<Record<string, Behaviour>> = {
  'calls next': seen((_req, _res, next) => next()),
  'calls next later': seen((_req, _res, next) => void setImmediate(next)),
  'calls next with something falsy': seen((_req, _res, next) => next(0)),
  'calls next after an await': seen(async (_req, _res, next) => {
    await Promise.resolve();
    next();
  }),
  'goes on after next': (mark) => (req: Request, _res: Response, next: NextFunction) => {
    see(mark, req);
    next();
    see(`${mark} again`, req);
  },
  "calls next('route')": seen((_req, _res, next) => next('route')),
  "calls next('route') later": seen((_req, _res, next) => void setImmediate(next, 'route')),
  "calls next('router')": seen((_req, _res, next) => next('router')),
  'calls next with an error': seen((_req, _res, next) => next(new Error('given to next'))),
  'calls next with a string': seen((_req, _res, next) => next('a string')),
  'calls next with an error later': seen(
    (_req, _res, next) => void setImmediate(() => next(new Error('late'))),
  ),
  throws: seen(() => {
    throw new Error('thrown');
  }),
  "throws 'route'": seen(() => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- to Express it is as good as next('route')
    throw 'route';
  }),
  'is rejected': seen(async () => {
    await Promise.resolve();
    throw new Error('rejected');
  }),
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the same of a promise
  "is rejected with 'router'": seen(() => Promise.reject('router')),
  'rewrites req.url': seen((req, _res, next) => {
    req.url = `/elsewhere/${FILE}?x=1`;
    next();
  }),
  'has the app take the request again': (mark) => {
    const again = new WeakSet<Request>();
    return (req: Request, res: Response, next: NextFunction) => {
      see(mark, req);
      if (again.has(req)) {
        next();
        return;
      }
      again.add(req);
      (req.app as RequestHandler)(req, res, next);
    };
  },
  'overrides the method': seen((req, _res, next) => {
    req.method = 'PUT';
    next();
  }),
};

/** What hands it on by the `next` that Express keeps in the request. */
const handsOnByRequest: Readonly<Record<string, Behaviour>> = {
  'calls req.next': seen((req) => req.next!()),
  'calls req.next later': seen((req) => void setImmediate(() => req.next!())),
  'calls req.next with an error': seen((req) => req.next!(new Error('given to req.next'))),
  "calls req.next('route')": seen((req) => req.next!('route')),
  "calls req.next('router')": seen((req) => req.next!('router')),
  'calls req.next after an await': seen(async (req) => {
    await Promise.resolve();
    req.next!();
  }),
  'keeps req.next and calls it later': seen(({ next }) => void setImmediate(() => next!())),
  'formats what is not accepted': seen((_req, res) => void res.format({ 'text/html': () => res.send('') })),
  'sends a missing file': seen((_req, res) => res.sendFile('nowhere.txt', { root })),
  'downloads a missing file': seen((_req, res) => res.download('nowhere.txt', 'a name', { root })),
  'sends a missing file, with a callback': seen((_req, res, next) => {
    res.sendFile('nowhere.txt', { root }, (error) => next(error));
  }),
  'renders a missing view': seen((_req, res) => res.render('nowhere.ts')),
  'renders a view that fails': seen((_req, res) => res.render('plain-handlers.ts')),
};

/** Express counts the parameters of a handler, whatever it does with them. */
const byParameters: Readonly<Record<string, Behaviour>> = {
  'takes no parameters': (mark) =>
    ((...all: Parameters<RequestHandler>) => {
      see(mark, all[0]);
      all[2]();
    }) as RequestHandler,
  'takes one parameter': (mark) => (req: Request) => {
    see(mark, req);
    req.next!();
  },
  'takes two parameters and a rest': (mark) =>
    ((req: Request, _res: Response, ...[next]: [NextFunction]) => {
      see(mark, req);
      next();
    }) as RequestHandler,
  'takes five parameters': (mark) =>
    ((req: Request, _res: unknown, next: NextFunction, _more: unknown, _most: unknown) => {
      see(mark, req);
      next();
    }) as unknown as RequestHandler,
  'handles errors without parameters':
    (mark) =>
    (...all: Parameters<ErrorRequestHandler>) => {
      see(mark, all[0] as Request);
      (all[2] as unknown as NextFunction)();
    },
};

export const errorHandlers: Readonly<Record<string, Behaviour>> = {
  'answers errors': seenError((error, _req, res, _next) => void res.status(500).send(String(error))),
  'recovers from errors': seenError((_error, _req, _res, next) => next()),
  'recovers later': seenError((_error, _req, _res, next) => void setImmediate(next)),
  "recovers by next('route')": seenError((_error, _req, _res, next) => next('route')),
  'recovers by req.next': seenError((_error, req, _res, _next) => req.next!()),
  'hands errors on': seenError((error, _req, _res, next) => next(error)),
  'replaces errors by req.next': seenError((_error, req, _res, _next) => req.next!(new Error('replaced'))),
  'throws in handling errors': seenError((_error, _req, _res, _next) => {
    throw new Error('thrown in handling');
  }),
  'is rejected in handling errors': seenError(async (_error, _req, _res, _next) => {
    await Promise.resolve();
    throw new Error('rejected in handling');
  }),
  "leaves by next('router') with an error": seenError((_error, _req, _res, next) => next('router')),
  'sends a missing file for errors': seenError((_error, _req, res, _next) =>
    res.sendFile('nowhere.txt', { root }),
  ),
};

export const plainHandlers: Readonly<Record<string, Behaviour>> = {
  ...handsOn,
  ...handsOnByRequest,
  ...byParameters,
};
