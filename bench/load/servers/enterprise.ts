/** This server: the Enterprise edition with its whole stack, tracking, metrics and the log at its usual level. */
import { createApp } from '../../../lib/app.ts';
import { Sessions } from '../../../lib/enterprise/auth/sessions.ts';
import { SignedValues } from '../../../lib/enterprise/auth/signed-values.ts';
import { SaasServerConfig } from '../../../lib/enterprise/saas-server-config.ts';
import { messageClassesFor } from '../../../lib/express-messages/index.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { takePart } from '../server-side.ts';
import { USERS } from '../users.ts';

const config = new SaasServerConfig({ env: process.env });
const app = await createApp(config);
const sessions = new Sessions({ documents: config.documents, now: Date.now });
const values = new SignedValues({ secrets: [new Secret(process.env.COOKIE_SECRETS ?? '')], now: Date.now });
const cookies = await Promise.all(
  USERS.map(async (github_user_id) => {
    const generation = await sessions.begin(github_user_id);
    return `openhands_auth=${values.write('openhands_auth', { github_user_id, generation }, 86_400_000)}`;
  }),
);
// As `openhands-express serve` makes its server.
await takePart(app, cookies, messageClassesFor(app));
