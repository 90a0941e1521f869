import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import type { TokenCustody, TokenRotation, TokenStatus } from '../../oss/token-custody.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { SettingsDocuments } from '../settings/settings-documents.ts';
import { UnreadableDocumentError } from './document-cipher.ts';
import type { GithubTokenProvider } from './github-token-provider.ts';
import type { RevocationDocuments } from './revocation-documents.ts';
import type { StoredRecord, TokenDocuments } from './token-documents.ts';

export interface GithubTokenCustodyOptions {
  readonly documents: TokenDocuments;
  readonly revocations: RevocationDocuments;
  /** Their secrets are encrypted with the same keys. */
  readonly settings: SettingsDocuments;
  readonly tokens: GithubTokenProvider;
  readonly sessions: Sessions;
}

/** The operator's side of the documents that the GithubTokenManager keeps. */
export class GithubTokenCustody implements TokenCustody {
  readonly #documents: TokenDocuments;
  readonly #revocations: RevocationDocuments;
  readonly #settings: SettingsDocuments;
  readonly #tokens: GithubTokenProvider;
  readonly #sessions: Sessions;

  constructor({ documents, revocations, settings, tokens, sessions }: GithubTokenCustodyOptions) {
    this.#documents = documents;
    this.#revocations = revocations;
    this.#settings = settings;
    this.#tokens = tokens;
    this.#sessions = sessions;
  }

  async *userIds(): AsyncIterable<string> {
    const seen = new Set<string>();
    for (const ids of [this.#documents, this.#revocations, this.#settings].map((part) => part.userIds())) {
      for await (const id of ids) {
        if (seen.has(id)) continue;
        seen.add(id);
        yield id;
      }
    }
  }

  async status(githubUserId: string): Promise<TokenStatus | undefined> {
    const tokens = await this.#tokenStatus(githubUserId);
    const revocation = await this.#revocationStatus(githubUserId);
    const settingsProblem = await this.#settings.problem(githubUserId);
    if (tokens.state === 'none' && revocation === 'none' && settingsProblem === undefined) return undefined;
    return { ...tokens, revocation, ...(settingsProblem !== undefined && { settingsProblem }) };
  }

  async revoke(githubUserId: string): Promise<void> {
    // Sessions before tokens: nobody who still has a cookie may see the tokens go.
    await this.#sessions.end(githubUserId);
    await this.#tokens.revoke(githubUserId);
  }

  async rotate(githubUserId: string): Promise<TokenRotation> {
    const outcomes: TokenRotation[] = [];
    for (const part of [this.#documents, this.#revocations, this.#settings]) {
      outcomes.push(await rotationOf(() => part.rewrite(githubUserId)));
    }
    return WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'unchanged';
  }

  async #tokenStatus(githubUserId: string): Promise<Omit<TokenStatus, 'revocation'>> {
    try {
      const stored = await this.#documents.find(githubUserId);
      return stored === undefined ? { state: 'none' } : describe(stored);
    } catch (error) {
      if (!(error instanceof UnreadableDocumentError)) throw error;
      return { state: 'unreadable', problem: error.message };
    }
  }

  async #revocationStatus(githubUserId: string): Promise<TokenStatus['revocation']> {
    const revocation = await this.#revocations.find(githubUserId);
    if (revocation === undefined) return 'none';
    try {
      await this.#revocations.open(githubUserId, revocation);
      return 'pending';
    } catch (error) {
      if (!(error instanceof UnreadableDocumentError)) throw error;
      return 'unreadable';
    }
  }
}

const WORST_FIRST: readonly TokenRotation[] = ['unreadable', 'busy', 'rewritten'];

async function rotationOf(rewrite: () => Promise<boolean>): Promise<TokenRotation> {
  try {
    return (await rewrite()) ? 'rewritten' : 'unchanged';
  } catch (error) {
    if (error instanceof UnreadableDocumentError) return 'unreadable';
    if (error instanceof LockTimeoutError) return 'busy';
    throw error;
  }
}

function describe({ record, kid }: StoredRecord): Omit<TokenStatus, 'revocation'> {
  if (record.state === 'signed_out') return { state: 'signed_out', signedOutAt: record.at };
  const { tokens, failure, obtainedAt } = record;
  const { expiresAt, refreshTokenExpiresAt } = tokens;
  return {
    state: 'signed_in',
    obtainedAt,
    ...(kid !== undefined && { encryptionKey: kid }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(refreshTokenExpiresAt !== undefined && { refreshTokenExpiresAt }),
    ...(failure && { refreshFailures: { count: failure.count, retryAt: failure.retryAt } }),
  };
}
