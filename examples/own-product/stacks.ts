/**
 * A product without GitHub, made of `compose` alone. Its free edition revolves around an account, its business edition,
 * which is built on it, around a tenant; an application must not use both.
 */
import { compose, defineMiddleware } from 'openhands-express/compose';

declare module 'openhands-express/compose' {
  interface RequestState {
    account_id?: string;
    tenant_id?: string;
    plan?: 'free' | 'business';
  }
}

const account = defineMiddleware({
  name: 'account',
  writes: ['account_id'],
  handle(req, _res, next) {
    const id = req.get('x-account');
    if (id !== undefined) req.state.account_id = id;
    next();
  },
});

const freePlan = defineMiddleware({
  name: 'plan',
  writes: ['plan'],
  handle(req, _res, next) {
    req.state.plan = 'free';
    next();
  },
});

const tenant = defineMiddleware({
  name: 'tenant',
  writes: ['tenant_id'],
  handle(req, _res, next) {
    const [id, ...domain] = req.hostname.split('.');
    if (id !== undefined && domain.join('.') === 'example.com') req.state.tenant_id = id;
    next();
  },
});

const businessPlan = defineMiddleware({
  name: 'business-plan',
  overrides: 'plan',
  writes: ['plan'],
  handle(req, _res, next) {
    req.state.plan = 'business';
    next();
  },
});

const free = [account, freePlan];
const business = [tenant, businessPlan];

export const freeStack = compose({ free }, { reads: ['account_id', 'plan'] });

/** `account` still runs, as it always has. What it writes counts for nothing, and is written down. */
export const businessStack = compose(
  { free, business },
  { exclusive: { owner: ['account_id', 'tenant_id'] }, reads: ['tenant_id', 'plan'], onConflict: 'record' },
);
