import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { compose, defineMiddleware, type Layers } from '../../../lib/compose.ts';
import { limitPolicies } from '../../../lib/oss/mounted/limit-policies.ts';

describe('limitPolicies', () => {
  it('limits the policies by name, also those in nested arrays, and leaves out what is not wanted', async () => {
    const sets = (name: string) =>
      defineMiddleware({
        name,
        handle(_req, res, next) {
          res.set(`X-${name}`, 'yes');
          next();
        },
      });
    const layers: Layers = { base: [sets('one'), [[sets('two')], false], undefined, [sets('other')]] };
    const limited = limitPolicies(layers, { policies: ['one', 'two'], reaches: (path) => path === '/own' });
    const app = express().use(compose(limited), (_req, res) => void res.end());
    const found = async (path: string) => {
      const { headers } = await request(app).get(path);
      return ['one', 'two', 'other'].filter((name) => headers[`x-${name}`] === 'yes');
    };
    assert.deepEqual(await found('/own'), ['one', 'two', 'other']);
    assert.deepEqual(await found('/host'), ['other']);
  });
});
