/** `npm run demo`: the Enterprise edition, and a GitHub for it, in one command and with nothing to set up. */
import { demonstrate } from './demonstrate.ts';
import { saveToken } from './save-token.ts';

await demonstrate({
  config: { module: 'lib/enterprise/saas-server-config', name: 'SaasServerConfig' },
  async furnish({ address, github }) {
    await saveToken(address, github, 'octocat');
    return {
      Look: 'sign in as octocat, whose Settings hold a token as well: the stack marks each conflict of the two',
    };
  },
});
