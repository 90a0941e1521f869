import assert from 'node:assert/strict';
import { compose, defineMiddleware, StackError } from 'openhands-express/compose';
import request from 'supertest';
import { app } from './app.ts';
import { businessStack, freeStack } from './stacks.ts';

describe('The free edition', () => {
  it('revolves around the account', async () => {
    await request(app(freeStack))
      .get('/whose')
      .set('X-Account', 'ann')
      .expect(200, { owner: 'ann', plan: 'free', conflicts: [] });
  });
});

describe('The business edition', () => {
  it('revolves around the tenant, and writes down that an account was named', async () => {
    await request(app(businessStack))
      .get('/whose')
      .set('Host', 'acme.example.com')
      .set('X-Account', 'ann')
      .expect(200, { owner: 'acme', plan: 'business', conflicts: ['S302'] });
  });

  it('does not fall back to the account where there is no tenant, and writes down that a route has tried', async () => {
    await request(app(businessStack))
      .get('/whose')
      .set('X-Account', 'ann')
      .expect(200, { owner: null, plan: 'business', conflicts: ['S302', 'S303'] });
  });

  it('is told by its plan what stands where, and what stands in for what', () => {
    assert.deepEqual(
      businessStack.plan.map(({ name, layer }) => `${layer}/${name}`),
      // What stands in for another takes its place.
      ['business/tenant', 'free/account', 'business/business-plan'],
    );
  });
});

describe('Two middleware of one layer that both say whose a request is', () => {
  it('are refused before the first request', () => {
    const claim = (name: string, key: 'account_id' | 'tenant_id') =>
      defineMiddleware({ name, writes: [key], handle: (_req, _res, next) => next() });
    assert.throws(
      () =>
        compose(
          { confused: [claim('account', 'account_id'), claim('tenant', 'tenant_id')] },
          { exclusive: { owner: ['account_id', 'tenant_id'] } },
        ),
      StackError,
    );
  });
});
