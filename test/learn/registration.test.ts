import assert from 'node:assert/strict';
import type { Request, Response } from 'express';
import { shapeOf } from '../../lib/learn/watch/app-shape.ts';
import type { ExpressApp } from '../../lib/learn/watch/express-parts.ts';
import { EXPRESSES, watchedExpress } from './fresh-express.ts';

for (const name of EXPRESSES) {
  describe(`A registration with ${name}`, () => {
    it('has its line, however often the app is made there', () => {
      const copy = watchedExpress(name);
      const pass = (_req: Request, _res: Response, next: () => void) => next();
      const apps = [1, 2].map(() => {
        const app = copy();
        app.use(pass);
        app.use(pass).get('/', pass);
        return shapeOf(app as unknown as ExpressApp).layers.map(({ at }) => at.replace(/^.*:/, ''));
      });
      const [first = ''] = apps[0]!;
      const next = String(Number(first) + 1);
      assert.deepEqual(apps, [
        [first, next, next],
        [first, next, next],
      ]);
    });

    it('takes no trace where a setting is read, which each request does', () => {
      const app = watchedExpress(name)();
      app.get('/', (_req, res) => void res.send());
      const traces: string[] = [];
      const original = Object.getOwnPropertyDescriptor(Error, 'captureStackTrace')!;
      const capture = original.value as (...args: unknown[]) => void;
      Object.defineProperty(Error, 'captureStackTrace', {
        ...original,
        value(...args: unknown[]) {
          traces.push('taken');
          capture(...args);
        },
      });
      try {
        assert.equal(app.get('env'), app.settings.env);
        assert.deepEqual(traces, []);
        app.get('/more', (_req, res) => void res.send());
        assert.deepEqual(new Set(traces), new Set(['taken']));
      } finally {
        Object.defineProperty(Error, 'captureStackTrace', original);
      }
    });
  });
}
