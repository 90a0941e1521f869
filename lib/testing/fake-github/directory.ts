/** Who and what there is at the fake GitHub, before it is dressed up as REST or GraphQL. */
export interface FakeUser {
  readonly id: number;
  readonly login: string;
  readonly name: string | null;
  readonly company: string | null;
  readonly email: string | null;
  /** `false`: GitHub refuses to hand a token for this user to an app (`unverified_user_email`). */
  readonly emailVerified: boolean;
}

export interface FakeOrganization {
  readonly id: number;
  readonly login: string;
  /** Logins. */
  readonly members: readonly string[];
}

export interface FakeRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly description: string | null;
  readonly private: boolean;
  readonly stars: number;
  readonly language: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly pushedAt: string;
}

/** Where the app is installed: at an owner, for all of its repositories or for those named. */
export interface FakeInstallation {
  readonly id: number;
  readonly owner: string;
  /** Names of repositories of the owner; `undefined`: all. */
  readonly selected: readonly string[] | undefined;
}

export interface FakePullRequest {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly mergeable: 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN';
  /** Of the last commit; `null` when the repository has no checks. */
  readonly checks: 'SUCCESS' | 'FAILURE' | 'ERROR' | 'PENDING' | null;
  readonly reviews: readonly ('APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED')[];
}

export interface FakeIssue {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  /** Logins. */
  readonly assignees: readonly string[];
}

/** Required are the names; everything else has a default. */
export type Draft<T, Named extends keyof T> = Pick<T, Named> & Partial<T>;

/** The people, repositories, installations, pull requests and issues; all of it can be added to while it runs. */
export class Directory {
  readonly users = new Map<string, FakeUser>();
  readonly organizations = new Map<string, FakeOrganization>();
  readonly repositories: FakeRepository[] = [];
  readonly installations: FakeInstallation[] = [];
  readonly pullRequests: FakePullRequest[] = [];
  readonly issues: FakeIssue[] = [];
  #lastId = 9_000_000;

  addUser(draft: Draft<FakeUser, 'login'>): FakeUser {
    const user = { id: this.#id(), name: null, company: null, email: null, emailVerified: true, ...draft };
    this.users.set(user.login, user);
    return user;
  }

  addOrganization(draft: Draft<FakeOrganization, 'login'>): FakeOrganization {
    const organization = { id: this.#id(), members: [], ...draft };
    this.organizations.set(organization.login, organization);
    return organization;
  }

  addRepository(draft: Draft<FakeRepository, 'owner' | 'name'>): FakeRepository {
    const repository = {
      id: this.#id(),
      description: null,
      private: false,
      stars: 0,
      language: null,
      createdAt: '2024-01-01T00:00:00Z',
      pushedAt: '2025-01-01T00:00:00Z',
      ...draft,
    };
    this.repositories.push(repository);
    return repository;
  }

  addInstallation(draft: Draft<FakeInstallation, 'owner'>): FakeInstallation {
    const installation = { id: this.#id(), selected: undefined, ...draft };
    this.installations.push(installation);
    return installation;
  }

  addPullRequest(draft: Draft<FakePullRequest, 'repository' | 'author' | 'title'>): FakePullRequest {
    const pull = { number: this.#id(), mergeable: 'MERGEABLE' as const, checks: null, reviews: [], ...draft };
    this.pullRequests.push(pull);
    return pull;
  }

  addIssue(draft: Draft<FakeIssue, 'repository' | 'title'>): FakeIssue {
    const issue = { number: this.#id(), assignees: [], ...draft };
    this.issues.push(issue);
    return issue;
  }

  /** @throws RangeError when there is no such user: a test has misspelt it. */
  user(login: string): FakeUser {
    const user = this.users.get(login);
    if (user === undefined) {
      throw new RangeError(`There is no user ${login}; there are ${[...this.users.keys()].join(', ')}.`);
    }
    return user;
  }

  /** The owners whose repositories this user can see all of: the user, and their organizations. */
  ownersOf(login: string): readonly string[] {
    const organizations = [...this.organizations.values()].filter(({ members }) => members.includes(login));
    return [login, ...organizations.map((organization) => organization.login)];
  }

  /** The repositories that `GET /user/repos` lists for this user. */
  repositoriesOf(login: string): readonly FakeRepository[] {
    const owners = this.ownersOf(login);
    return this.repositories.filter(({ owner }) => owners.includes(owner));
  }

  /** The installations of the app that this user can see. */
  installationsOf(login: string): readonly FakeInstallation[] {
    const owners = this.ownersOf(login);
    return this.installations.filter(({ owner }) => owners.includes(owner));
  }

  /** The repositories that an installation covers. */
  repositoriesIn(installation: FakeInstallation): readonly FakeRepository[] {
    return this.repositories.filter(
      ({ owner, name }) =>
        owner === installation.owner &&
        (installation.selected === undefined || installation.selected.includes(name)),
    );
  }

  #id(): number {
    return ++this.#lastId;
  }
}
