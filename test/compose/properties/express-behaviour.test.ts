/** Chains of what handlers can do: as one stack they do what they do one by one, and see what they see there. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server, ServerOptions } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Express } from 'express';
import fc from 'fast-check';
import { TRACING_CHANNEL } from '../../../lib/compose.ts';
import { messageClassesFor } from '../../../lib/express-messages/message-classes.ts';
import { runsOf, someOf } from '../../runs-of.ts';
import { RawClient } from '../raw-client.ts';
import { serving } from '../serving.ts';
import { appsAndRouters } from './behaviours/apps-and-routers.ts';
import { Host, type Place, places } from './behaviours/places.ts';
import { answers, errorHandlers, plainHandlers } from './behaviours/plain-handlers.ts';
import type { Behaviour } from './behaviours/witness.ts';

/** What does more than answer, or wait for an error: behind it there is something to see. */
const goingOn: Readonly<Record<string, Behaviour>> = { ...plainHandlers, ...appsAndRouters };
const behaviours: Readonly<Record<string, Behaviour>> = { ...goingOn, ...answers, ...errorHandlers };

const names = Object.keys(behaviours);
const pairs = Object.keys(goingOn).flatMap((first) => names.map((second) => [first, second]));
const chains = fc.array(fc.constantFrom(...Object.keys(goingOn), ...names), {
  minLength: 3,
  maxLength: 8,
  size: 'max',
});
const methods = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS');

/** What the behaviours look at in a request. */
const HEADERS = 'Accept: application/json\r\nX-Forwarded-For: 203.0.113.7\r\n';

type Compare = (chain: readonly string[], method?: string) => Promise<void>;

/**
 * Has `use` put chains in a place of two apps, composed and one by one, and compare all that can be seen.
 *
 * @param messages - gives the options of an app's server.
 */
async function comparing(
  place: Place,
  use: (compare: Compare) => Promise<void>,
  messages: (app: Express) => ServerOptions = () => ({}),
): Promise<void> {
  const composed = new Host(place);
  const oneByOne = new Host(place);
  const ask = async (host: Host, client: RawClient, method: string): Promise<object> => {
    const answer = await client.ask(method, place.target, HEADERS);
    // Whatever goes on behind the answer has a turn.
    await turn();
    return { trace: host.trace, ...answer, head: answer?.head.replace(/\r\nDate: [^\r]*/, '') };
  };
  const serveBoth = (first: Server): Promise<void> =>
    serving(
      oneByOne.listener,
      async (second) => {
        const clients = [new RawClient(first), new RawClient(second)] as const;
        await use(async (chain, method = 'GET') => {
          const handlers = () => chain.map((name, index) => behaviours[name]!(`${index}`));
          composed.compose(handlers());
          oneByOne.useEach(handlers());
          assert.deepEqual(
            await ask(composed, clients[0], method),
            await ask(oneByOne, clients[1], method),
            `${method}: ${chain.join(', ')}`,
          );
        });
      },
      messages(oneByOne.app),
    );
  await serving(composed.listener, serveBoth, messages(composed.app));
}

Object.entries(places).forEach(([where, place], index, all) => {
  describe(`What handlers do in a stack ${where} is what they do one by one,`, function () {
    // They are many, and machines are slow at times.
    this.timeout(600_000);

    const inChains = (numRuns: number, messages?: (app: Express) => ServerOptions): Promise<void> =>
      comparing(
        place,
        (compare) => fc.assert(fc.asyncProperty(chains, methods, compare), { numRuns: runsOf(numRuns) }),
        messages,
      );

    it('alone', () =>
      comparing(place, async (compare) => {
        for (const name of names) await compare([name]);
      }));

    it('in pairs, all of them in an app, and otherwise in turns', () =>
      comparing(place, async (compare) => {
        const own = pairs.filter((_, turn) => index === 0 || turn % (all.length - 1) === index - 1);
        for (const pair of someOf(own)) await compare(pair);
      }));

    it('in longer chains', () => inChains(index === 0 ? 600 : 200));

    it("on a server that makes the app's own messages", () => inChains(60, messageClassesFor));

    // Who traces Express has it wrap each `next`, by which a stack tells a route from what is behind the route.
    if (where.includes('in a route, and behind it')) return;

    it('while somebody traces the middleware of Express and of stacks', async () => {
      const listen = (): void => undefined;
      const events = ['express.router.request', TRACING_CHANNEL].map((name) => `tracing:${name}:start`);
      for (const event of events) subscribe(event, listen);
      try {
        await inChains(60);
      } finally {
        for (const event of events) unsubscribe(event, listen);
      }
    });
  });
});
