/** The Enterprise edition behind a Keycloak: each user has a session of it, and none is to be checked for a day. */
import { KeycloakServerConfig } from '../../../lib/enterprise/keycloak/keycloak-server-config.ts';
import { SessionDocuments } from '../../../lib/enterprise/keycloak/session-documents.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { loadEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { serveEdition } from '../edition.ts';
import { USERS } from '../users.ts';

const config = new KeycloakServerConfig({ env: process.env });
const { documents, saasEnvironment } = config;
const kept = new SessionDocuments(
  documents,
  new DocumentCipher(await loadEncryptionKeys(documents, saasEnvironment.TOKEN_ENCRYPTION_KEYS)),
);
for (const id of USERS) {
  const session = { sub: id, sid: id, refreshToken: new Secret(id), beganAt: Date.now() / 1_000 };
  await kept.begin(id, session, Date.now(), () => Promise.resolve());
}
await serveEdition(config);
