import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import type { TokenCustody, TokenRotation, TokenStatus } from '../../oss/token-custody.ts';
import { signOutEverywhere, type SignOutEverywhereOptions } from '../auth/sign-out-everywhere.ts';
import type { SettingsDocuments } from '../settings/settings-documents.ts';
import { UnreadableDocumentError } from './document-cipher.ts';
import type { EncryptedDocuments } from './encrypted-documents.ts';
import type { OtherKeeper } from './other-keeper.ts';
import type { RevocationDocuments } from './revocation-documents.ts';
import type { StoredRecord, TokenDocuments } from './token-documents.ts';

export interface GithubTokenCustodyOptions extends SignOutEverywhereOptions {
  readonly documents: TokenDocuments;
  readonly revocations: RevocationDocuments;
  /** Their secrets are encrypted with the same keys. */
  readonly settings: SettingsDocuments;
  /** What else is kept of users under these keys. */
  readonly kept: readonly EncryptedDocuments[];
  /** Who else keeps tokens; nobody unless given. */
  readonly otherKeeper?: OtherKeeper | undefined;
}

/** The operator's side of the documents that the GithubTokenManager keeps. */
export class GithubTokenCustody implements TokenCustody {
  readonly #documents: TokenDocuments;
  readonly #revocations: RevocationDocuments;
  readonly #settings: SettingsDocuments;
  readonly #kept: readonly EncryptedDocuments[];
  readonly #otherKeeper: OtherKeeper | undefined;
  readonly #tokens: SignOutEverywhereOptions['tokens'];
  readonly #sessions: SignOutEverywhereOptions['sessions'];

  constructor(options: GithubTokenCustodyOptions) {
    const { documents, revocations, settings, kept, otherKeeper, tokens, sessions } = options;
    this.#documents = documents;
    this.#revocations = revocations;
    this.#settings = settings;
    this.#kept = kept;
    this.#otherKeeper = otherKeeper;
    this.#tokens = tokens;
    this.#sessions = sessions;
  }

  async *userIds(): AsyncIterable<string> {
    const seen = new Set<string>();
    for (const part of this.#parts) {
      for await (const id of part.userIds()) {
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
    const otherProblems = await this.#otherProblems(githubUserId);
    const isSound = settingsProblem === undefined && otherProblems.length === 0;
    if (tokens.state === 'none' && revocation === 'none' && isSound) return undefined;
    return {
      ...tokens,
      revocation,
      ...(settingsProblem !== undefined && { settingsProblem }),
      ...(otherProblems.length > 0 && { otherProblems }),
    };
  }

  async revoke(githubUserId: string): Promise<void> {
    await signOutEverywhere(githubUserId, { sessions: this.#sessions, tokens: this.#tokens });
  }

  async rotate(githubUserId: string): Promise<TokenRotation> {
    const outcomes: TokenRotation[] = [];
    for (const part of this.#parts) {
      outcomes.push(await rotationOf(() => part.rewrite(githubUserId)));
    }
    return WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'unchanged';
  }

  get #parts(): readonly Pick<EncryptedDocuments, 'userIds' | 'rewrite'>[] {
    return [this.#documents, this.#revocations, this.#settings, ...this.#kept];
  }

  async #otherProblems(githubUserId: string): Promise<string[]> {
    const problems = await Promise.all(this.#kept.map((part) => part.problem(githubUserId)));
    return problems.filter((problem) => problem !== undefined);
  }

  async #tokenStatus(githubUserId: string): Promise<Omit<TokenStatus, 'revocation'>> {
    try {
      const stored = await this.#documents.find(githubUserId);
      if (stored?.record.state === 'signed_in') return describe(stored);
      const keeper = this.#otherKeeper;
      if (keeper !== undefined && (await keeper.keeps(githubUserId)))
        return { state: 'kept_elsewhere', keeper: keeper.name };
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
