import assert from 'node:assert/strict';
import { compose } from '../../lib/compose.ts';
import { SaasServerConfig } from '../../lib/enterprise/index.ts';
import { ServerConfig } from '../../lib/oss/index.ts';
import { testApp } from '../../lib/testing/index.ts';

/** A host's conversations, of which there are none. */
const conversationManager = {
  attachToConversation: () => Promise.resolve(undefined),
  detachFromConversation: () => Promise.resolve(),
};

describe('The layers of the editions', () => {
  for (const Edition of [ServerConfig, SaasServerConfig]) {
    it(`ask for all that ${Edition.name} needs: no order that they allow has a diagnostic`, async () => {
      const { app, close } = await testApp(Edition, { conversationManager });
      try {
        const { config } = app;
        const orders = new Set<string>();
        for (let shuffle = 0; shuffle < 200; shuffle++) {
          const { plan, diagnostics } = compose(config.layers(), { ...config.stackOptions(), shuffle });
          assert.deepEqual(diagnostics, [], `seed ${shuffle}`);
          orders.add(plan.map(({ name }) => name).join(' '));
        }
        assert.ok(orders.size > 20, `${orders.size} orders`);
      } finally {
        await close();
      }
    });
  }
});
