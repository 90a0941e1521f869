import { Directory } from './directory.ts';

const LANGUAGES = ['TypeScript', 'Python', 'Go', null] as const;

/**
 * The town that every fake GitHub starts with. `octocat` has enough of everything to page through it, and `hubot` has a
 * little. `monalisa` has nothing, and a profile that is all nulls.
 */
export function seed(): Directory {
  const directory = new Directory();
  directory.addUser({
    id: 583231,
    login: 'octocat',
    name: 'The Octocat',
    company: '@github',
    email: 'octocat@github.com',
  });
  directory.addUser({ id: 480938, login: 'hubot', name: 'Hubot', company: null, email: 'hubot@github.com' });
  directory.addUser({ id: 2493, login: 'monalisa' });
  directory.addOrganization({ id: 9919, login: 'octo-org', members: ['octocat', 'hubot'] });

  directory.addRepository({
    id: 1296269,
    owner: 'octocat',
    name: 'Hello-World',
    description: 'My first repository on GitHub!',
    stars: 2870,
    createdAt: '2011-01-26T19:01:12Z',
    pushedAt: '2025-03-01T12:00:00Z',
  });
  for (let n = 1; n <= 24; n++) {
    const day = String(n).padStart(2, '0');
    directory.addRepository({
      id: 1300000 + n,
      owner: 'octocat',
      name: `experiment-${day}`,
      description: n % 3 === 0 ? null : `Experiment number ${n}`,
      private: n % 4 === 0,
      stars: (n * 37) % 101,
      language: LANGUAGES[n % LANGUAGES.length] ?? null,
      createdAt: `2024-01-${day}T08:00:00Z`,
      pushedAt: `2025-02-${day}T08:00:00Z`,
    });
  }
  directory.addRepository({
    id: 1400001,
    owner: 'hubot',
    name: 'scripts',
    stars: 12,
    language: 'CoffeeScript',
  });
  directory.addRepository({ id: 1400002, owner: 'hubot', name: 'secrets', private: true });
  directory.addRepository({
    id: 1500001,
    owner: 'octo-org',
    name: 'octo-repo',
    stars: 340,
    pushedAt: '2025-02-27T08:00:00Z',
  });
  directory.addRepository({
    id: 1500002,
    owner: 'octo-org',
    name: 'handbook',
    private: true,
    pushedAt: '2025-02-26T08:00:00Z',
  });

  directory.addInstallation({ id: 41001, owner: 'octocat' });
  directory.addInstallation({ id: 41002, owner: 'octo-org', selected: ['octo-repo'] });
  directory.addInstallation({ id: 41003, owner: 'hubot' });

  const pull = { repository: 'octo-org/octo-repo', author: 'octocat' };
  directory.addPullRequest({
    ...pull,
    number: 11,
    title: 'Move to ES modules',
    mergeable: 'CONFLICTING',
    checks: 'FAILURE',
  });
  directory.addPullRequest({
    ...pull,
    number: 12,
    title: 'Speed up the build',
    checks: 'FAILURE',
    reviews: ['COMMENTED'],
  });
  directory.addPullRequest({
    ...pull,
    number: 13,
    title: 'Rename the flag',
    checks: 'SUCCESS',
    reviews: ['CHANGES_REQUESTED'],
  });
  directory.addPullRequest({ ...pull, number: 14, title: 'Fix a typo', checks: null, reviews: ['APPROVED'] });
  directory.addIssue({
    repository: 'octocat/Hello-World',
    number: 21,
    title: 'Greet in French',
    assignees: ['octocat'],
  });
  directory.addIssue({
    repository: 'octo-org/octo-repo',
    number: 22,
    title: 'Not for the cat',
    assignees: ['hubot'],
  });
  return directory;
}
