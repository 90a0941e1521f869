/** `npm run demo`: the Enterprise edition, and a GitHub for it, in one command and with nothing to set up. */
import { demonstrate } from './demonstrate.ts';

await demonstrate({ configClass: './lib/enterprise/saas-server-config.ts#SaasServerConfig' });
