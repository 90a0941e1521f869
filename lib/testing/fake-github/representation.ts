/** Dresses users, repositories and installations up as GitHub's REST API does, complete to the last URL. */
import type { FakeGitHubApp } from './app.ts';
import type { Directory, FakeInstallation, FakeOrganization, FakeRepository, FakeUser } from './directory.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Addresses {
  /** Of the web site, without a slash at the end. */
  readonly web: string;
  /** Of the REST API, without a slash at the end. */
  readonly api: string;
}

const CREATED = '2011-01-25T18:44:36Z';
const UPDATED = '2025-01-15T09:30:00Z';

/** Links of a repository that are templates below its own address; `releases` → `releases_url: …/releases{/id}`. */
const REPOSITORY_LINKS: Readonly<Record<string, string>> = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
};

/** GitHub's answers about the things in a directory. */
export class Representation {
  readonly #directory: Directory;
  readonly #app: FakeGitHubApp;
  readonly #addresses: Addresses;

  constructor(directory: Directory, app: FakeGitHubApp, addresses: Addresses) {
    this.#directory = directory;
    this.#app = app;
    this.#addresses = addresses;
  }

  /** `simple-user`: how a user or an organization appears inside of other things. */
  account(account: FakeUser | FakeOrganization): Json {
    const { web, api } = this.#addresses;
    const own = `${api}/users/${account.login}`;
    return {
      login: account.login,
      id: account.id,
      node_id: nodeId('U', account.id),
      avatar_url: `${web}/avatars/${account.login}.svg`,
      gravatar_id: '',
      url: own,
      html_url: `${web}/${account.login}`,
      followers_url: `${own}/followers`,
      following_url: `${own}/following{/other_user}`,
      gists_url: `${own}/gists{/gist_id}`,
      starred_url: `${own}/starred{/owner}{/repo}`,
      subscriptions_url: `${own}/subscriptions`,
      organizations_url: `${own}/orgs`,
      repos_url: `${own}/repos`,
      events_url: `${own}/events{/privacy}`,
      received_events_url: `${own}/received_events`,
      type: 'members' in account ? 'Organization' : 'User',
      user_view_type: 'public',
      site_admin: false,
    };
  }

  /** `private-user`: what `GET /user` says to a user about themself. */
  privateUser(user: FakeUser): Json {
    const own = this.#directory.repositories.filter(({ owner }) => owner === user.login);
    const hidden = own.filter((repository) => repository.private).length;
    return {
      ...this.account(user),
      user_view_type: 'private',
      name: user.name,
      company: user.company,
      blog: '',
      location: null,
      email: user.email,
      hireable: null,
      bio: null,
      twitter_username: null,
      notification_email: user.email,
      public_repos: own.length - hidden,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: CREATED,
      updated_at: UPDATED,
      private_gists: 0,
      total_private_repos: hidden,
      owned_private_repos: hidden,
      disk_usage: 0,
      collaborators: 0,
      two_factor_authentication: true,
      plan: { name: 'free', space: 976_562_499, collaborators: 0, private_repos: 10_000 },
    };
  }

  /** `repository`: in lists, and with a `score` in search results. */
  repository(repository: FakeRepository): Json {
    const { web, api } = this.#addresses;
    const fullName = `${repository.owner}/${repository.name}`;
    const own = `${api}/repos/${fullName}`;
    const page = `${web}/${fullName}`;
    const { host } = new URL(web);
    const links = Object.entries(REPOSITORY_LINKS).map(([name, path]) => [`${name}_url`, `${own}${path}`]);
    return {
      id: repository.id,
      node_id: nodeId('R', repository.id),
      name: repository.name,
      full_name: fullName,
      private: repository.private,
      owner: this.account(this.#owner(repository.owner)),
      html_url: page,
      description: repository.description,
      fork: false,
      url: own,
      ...(Object.fromEntries(links) as Json),
      git_url: `git://${host}/${fullName}.git`,
      ssh_url: `git@${host}:${fullName}.git`,
      clone_url: `${page}.git`,
      svn_url: page,
      mirror_url: null,
      homepage: null,
      language: repository.language,
      license: null,
      size: 108,
      default_branch: 'main',
      topics: [],
      visibility: repository.private ? 'private' : 'public',
      archived: false,
      disabled: false,
      is_template: false,
      allow_forking: true,
      web_commit_signoff_required: false,
      has_issues: true,
      has_projects: true,
      has_wiki: true,
      has_pages: false,
      has_downloads: true,
      has_discussions: false,
      forks: 0,
      forks_count: 0,
      open_issues: 0,
      open_issues_count: 0,
      stargazers_count: repository.stars,
      watchers: repository.stars,
      watchers_count: repository.stars,
      created_at: repository.createdAt,
      updated_at: repository.pushedAt,
      pushed_at: repository.pushedAt,
      permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
    };
  }

  /** `installation`: where the app is installed. */
  installation(installation: FakeInstallation): Json {
    const { web, api } = this.#addresses;
    const owner = this.#owner(installation.owner);
    const settings = 'members' in owner ? `organizations/${owner.login}/settings` : 'settings';
    return {
      id: installation.id,
      client_id: this.#app.clientId,
      account: this.account(owner),
      repository_selection: installation.selected === undefined ? 'all' : 'selected',
      access_tokens_url: `${api}/app/installations/${installation.id}/access_tokens`,
      repositories_url: `${api}/installation/repositories`,
      html_url: `${web}/${settings}/installations/${installation.id}`,
      app_id: this.#app.id,
      app_slug: this.#app.slug,
      target_id: owner.id,
      target_type: 'members' in owner ? 'Organization' : 'User',
      permissions: { contents: 'read', metadata: 'read', issues: 'read', pull_requests: 'read' },
      events: [],
      created_at: CREATED,
      updated_at: UPDATED,
      single_file_name: null,
      has_multiple_single_files: false,
      single_file_paths: [],
      suspended_by: null,
      suspended_at: null,
    };
  }

  #owner(login: string): FakeUser | FakeOrganization {
    return this.#directory.organizations.get(login) ?? this.#directory.user(login);
  }
}

function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}
