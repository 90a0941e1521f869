import { z } from 'zod';
import { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { idsBetween } from '../storage/user-documents.ts';
import { type DocumentCipher, nothingReadable, UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { type EncryptedDocuments, problemOf, rewriteSecret } from '../tokens/encrypted-documents.ts';
import type { KeycloakSession } from './keycloak-client.ts';

const PREFIX = 'keycloak/logouts/';
const SUFFIX = '.json';
/** Of one user. Older ones end at Keycloak by themselves, when nobody has used them for long. */
const MOST = 20;

/** A session that is still to be ended at Keycloak. */
export type Logout = Pick<KeycloakSession, 'sid' | 'refreshToken'>;

const documentSchema = z.object({ secret: z.string() });
const logoutsSchema = z.object({
  sessions: z.array(
    z
      .object({ sid: z.string(), refresh_token: z.string() })
      .transform((json): Logout => ({ sid: json.sid, refreshToken: new Secret(json.refresh_token) })),
  ),
});

/** The sessions that are still to be ended at Keycloak, by user: `keycloak/logouts/<github_user_id>.json`. */
export class LogoutDocuments implements EncryptedDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;

  constructor(documents: DocumentStore, cipher: DocumentCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  /** @throws UnreadableDocumentError */
  async find(githubUserId: string): Promise<readonly Logout[]> {
    const key = keyOf(githubUserId);
    const document = await this.#documents.read(key);
    if (document === undefined) return [];
    const { success, data } = documentSchema.safeParse(document);
    if (!success) throw new UnreadableDocumentError(key, 'it is no document of sessions to end.');
    return (await this.#cipher.open(key, data.secret, logoutsSchema, 'sessions')).content.sessions;
  }

  /** Durable when it resolves. */
  async add(githubUserId: string, { sid, refreshToken }: Logout): Promise<void> {
    await this.#change(githubUserId, (logouts) =>
      [...logouts.filter((it) => it.sid !== sid), { sid, refreshToken }].slice(-MOST),
    );
  }

  /** Forgets one that has been ended. */
  async done(githubUserId: string, sid: string): Promise<void> {
    await this.#change(githubUserId, (logouts) => logouts.filter((it) => it.sid !== sid));
  }

  userIds(): AsyncIterable<string> {
    return idsBetween(this.#documents, PREFIX, SUFFIX);
  }

  problem(githubUserId: string): Promise<string | undefined> {
    return problemOf(() => this.find(githubUserId));
  }

  rewrite(githubUserId: string): Promise<boolean> {
    return rewriteSecret(this.#documents, this.#cipher, keyOf(githubUserId));
  }

  async #change(
    githubUserId: string,
    change: (logouts: readonly Logout[]) => readonly Logout[],
  ): Promise<void> {
    const key = keyOf(githubUserId);
    await this.#documents.withLock(key, async () => {
      const logouts = change((await this.find(githubUserId).catch(nothingReadable)) ?? []);
      if (logouts.length === 0) {
        await this.#documents.delete(key);
        return;
      }
      const sessions = logouts.map((it) => ({ sid: it.sid, refresh_token: it.refreshToken.reveal() }));
      await this.#documents.write(key, { secret: await this.#cipher.encrypt(key, { sessions }) });
    });
  }
}

function keyOf(githubUserId: string): string {
  return `${PREFIX}${githubUserId}${SUFFIX}`;
}
