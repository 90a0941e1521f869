import type { LastProfile } from '../../oss/profile/last-profile.ts';
import type { SessionRegister } from '../../oss/session-register.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { userIdsWith } from '../storage/user-documents.ts';
import type { Sessions } from './sessions.ts';

/** What the document with the last profile of a user is called. */
export const PROFILE_DOCUMENT = 'github_profile.json';

export interface UserSessionsOptions {
  readonly documents: DocumentStore;
  readonly sessions: Sessions;
  readonly lastProfileOfUser: (githubUserId: string) => LastProfile;
}

/**
 * The operator's side of the sessions of all users. A session is good only while its user has a document with its generation.
 * A user without one has no session: to end those that are listed is to end all there are.
 */
export class UserSessions implements SessionRegister {
  readonly #options: UserSessionsOptions;

  constructor(options: UserSessionsOptions) {
    this.#options = options;
  }

  userIds(): AsyncIterable<string> {
    return this.#options.sessions.userIds();
  }

  async *userIdsWithLogin(login: string): AsyncIterable<string> {
    const { documents, lastProfileOfUser } = this.#options;
    for await (const id of userIdsWith(documents, PROFILE_DOCUMENT)) {
      const profile = await lastProfileOfUser(id).recall();
      if (profile?.login.toLowerCase() === login.toLowerCase()) yield id;
    }
  }

  async end(githubUserId: string): Promise<boolean> {
    const { sessions } = this.#options;
    const existed = await sessions.exist(githubUserId);
    // Even if there are none: a sign-in may come between.
    await sessions.end(githubUserId);
    return existed;
  }
}
