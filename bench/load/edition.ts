import { createApp } from '../../lib/app.ts';
import { Sessions } from '../../lib/enterprise/auth/sessions.ts';
import { SignedValues } from '../../lib/enterprise/auth/signed-values.ts';
import type { SaasServerConfig } from '../../lib/enterprise/saas-server-config.ts';
import { messageClassesFor } from '../../lib/express-messages/index.ts';
import { Secret } from '../../lib/oss/secret.ts';
import { takePart } from './server-side.ts';
import { USERS } from './users.ts';

/** Serves an edition whose users are signed in, with its whole stack, as `openhands-express serve` does. */
export async function serveEdition(config: SaasServerConfig): Promise<void> {
  const app = await createApp(config);
  const sessions = new Sessions({ documents: config.documents, now: Date.now });
  const values = new SignedValues({ secrets: [new Secret(process.env.COOKIE_SECRETS ?? '')], now: Date.now });
  const cookies = await Promise.all(
    USERS.map(async (github_user_id) => {
      const generation = await sessions.begin(github_user_id);
      return `openhands_auth=${values.write('openhands_auth', { github_user_id, generation }, 86_400_000)}`;
    }),
  );
  await takePart(app, cookies, messageClassesFor(app));
}
