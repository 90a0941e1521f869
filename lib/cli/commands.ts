import type { Command } from './command.ts';

/** The subcommands by name, each loaded when it is called. */
export const commands: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  serve: {
    summary: 'run the server of the edition that the environment names',
    load: async () => (await import('./serve.ts')).serve,
  },
  stack: {
    summary: 'print the middleware of a config or a module in the order of running, and check it',
    load: async () => (await import('./stack.ts')).stack,
  },
  learn: {
    summary:
      'run a command, such as a test suite, and tell which middleware of its Express apps steps on which',
    load: async () => (await import('./learn.ts')).learn,
  },
  'github-app': {
    summary:
      'print what to enter at GitHub for the App of the Enterprise edition, with a link that fills in the form',
    load: async () => (await import('./github-app.ts')).githubApp,
  },
  tokens: {
    summary: 'look after the GitHub tokens of the Enterprise edition: list, show, revoke, rotate, verify',
    load: async () => (await import('./tokens.ts')).tokens,
  },
  sessions: {
    summary: 'end sessions of the Enterprise edition: of one user, or of everybody',
    load: async () => (await import('./sessions.ts')).sessions,
  },
  migrate: {
    summary: 'make or update the tables in the database that DATABASE_URL names',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  store: {
    summary: 'copy settings and tokens from files into a database, while servers run',
    load: async () => (await import('./store.ts')).store,
  },
};
