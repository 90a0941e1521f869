import { repositoriesQuery, searchQuery } from '../routes/github-queries.ts';
import { settingsUpdate } from '../settings/settings-update.ts';
import * as answers from './answers.ts';
import { GITHUB_ERRORS } from './common-errors.ts';
import type { ErrorCodes, Operation, Tag } from './operation.ts';

const TAGS = {
  session: { name: 'Session', description: 'Who is signed in.' },
  settings: { name: 'Settings', description: 'What the user has chosen.' },
  github: { name: 'GitHub', description: 'GitHub, as the user may see it.' },
  options: { name: 'Options', description: 'What a client may offer; open to all.' },
  server: { name: 'Server', description: 'The server itself; open to all.' },
} as const satisfies Record<string, Tag>;

const WITH_QUERY: ErrorCodes = { ...GITHUB_ERRORS, 422: ['github_rejected', 'validation_error'] };

const SERVER: readonly Operation[] = [
  ...(['health', 'alive'] as const).map((name): Operation => ({
    method: 'get',
    path: `/${name}`,
    id: name,
    tag: TAGS.server,
    summary: 'Whether the process answers',
    description: 'It does not look at the store: a process is not restarted because of a broken disk.',
    isOpenToAll: true,
    responses: { 200: { description: 'It does.', body: answers.health } },
  })),
  {
    method: 'get',
    path: '/ready',
    id: 'ready',
    tag: TAGS.server,
    summary: 'Whether the server can do its work',
    isOpenToAll: true,
    responses: {
      200: { description: 'Everything that it needs works.', body: answers.ready },
      503: { description: 'A check has failed, or the process is about to end.', body: answers.notReady },
    },
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    id: 'describe',
    tag: TAGS.server,
    summary: 'This description',
    isOpenToAll: true,
    responses: { 200: { description: 'An OpenAPI 3.1 document.', body: answers.openApi } },
  },
  {
    method: 'get',
    path: '/api/docs',
    id: 'browse',
    tag: TAGS.server,
    summary: 'This description as a page',
    isOpenToAll: true,
    responses: { 200: { description: 'A page that loads nothing from elsewhere.', mediaType: 'text/html' } },
  },
];

const OPTIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/options/config',
    id: 'getClientOptions',
    tag: TAGS.options,
    summary: 'What a client has to know before anybody signs in',
    isOpenToAll: true,
    responses: { 200: { description: 'The edition, and what it offers.', body: answers.clientOptions } },
  },
  ...(
    [
      ['models', 'getModels', 'The language models to choose from'],
      ['agents', 'getAgents', 'The agents to choose from'],
      ['security-analyzers', 'getSecurityAnalyzers', 'The security analyzers to choose from'],
    ] as const
  ).map(([name, id, summary]): Operation => ({
    method: 'get',
    path: `/api/options/${name}`,
    id,
    tag: TAGS.options,
    summary,
    isOpenToAll: true,
    responses: { 200: { description: 'Their names.', body: answers.choices } },
  })),
];

const SETTINGS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/settings',
    id: 'getSettings',
    tag: TAGS.settings,
    summary: 'What the user has chosen',
    responses: { 200: { description: 'The settings, secrets masked.', body: answers.shownSettings } },
    errors: { 404: ['settings_not_found'] },
  },
  {
    method: 'post',
    path: '/api/settings',
    id: 'storeSettings',
    tag: TAGS.settings,
    summary: 'Change settings',
    description:
      'A field that is left out keeps its value, and so does a secret that is posted as its mask, or a GitHub token that is `""`; `llm_api_key: ""` clears the key. ' +
      '`null` clears, except `llm_api_key`, `github_token` and `user_consents_to_analytics`, where it keeps. ' +
      'A GitHub token is checked at GitHub first.',
    body: {
      name: 'SettingsUpdate',
      get schema() {
        return settingsUpdate();
      },
      example: { llm_model: 'openai/gpt-4o', max_iterations: 50 },
    },
    responses: {
      200: { description: 'They are stored.', body: answers.message('SettingsStored', 'Settings stored') },
    },
    errors: {
      ...GITHUB_ERRORS,
      401: ['not_authenticated', 'invalid_github_token'],
      422: ['validation_error', 'github_rejected'],
    },
  },
];

const SESSION: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/authenticate',
    id: 'authenticate',
    tag: TAGS.session,
    summary: 'Whether somebody is signed in',
    isOpenToAll: true,
    responses: {
      200: { description: 'Yes.', body: answers.message('Authenticated', 'User authenticated') },
    },
    errors: { 401: ['not_authenticated'] },
  },
  {
    method: 'post',
    path: '/api/logout',
    id: 'logout',
    tag: TAGS.session,
    summary: 'Sign out',
    isOpenToAll: true,
    responses: {
      200: {
        description: 'Signed out, or nobody was signed in.',
        body: answers.message('LoggedOut', 'User logged out'),
      },
    },
  },
];

const GITHUB: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/github/user',
    id: 'getUser',
    tag: TAGS.github,
    summary: 'Who the user is at GitHub',
    responses: {
      200: {
        description: 'The user; when GitHub does not give them, the last profile seen, marked `X-Stale`.',
        body: answers.user,
        headers: { 'X-Stale?': '`1` when it is the last profile seen.' },
      },
    },
    errors: GITHUB_ERRORS,
  },
  {
    method: 'get',
    path: '/api/github/repositories',
    id: 'getRepositories',
    tag: TAGS.github,
    summary: 'A page of the repositories of the user',
    get query() {
      return repositoriesQuery();
    },
    responses: { 200: { description: 'The page.', body: answers.repositories } },
    errors: WITH_QUERY,
  },
  {
    method: 'get',
    path: '/api/github/installations',
    id: 'getInstallations',
    tag: TAGS.github,
    summary: 'All installations of the GitHub App that the user can see',
    responses: { 200: { description: 'Their ids.', body: answers.installations } },
    errors: GITHUB_ERRORS,
  },
  {
    method: 'get',
    path: '/api/github/search/repositories',
    id: 'searchRepositories',
    tag: TAGS.github,
    summary: 'The repositories of GitHub that fit best',
    get query() {
      return searchQuery();
    },
    responses: { 200: { description: 'The best of them.', body: answers.repositories } },
    errors: WITH_QUERY,
  },
  {
    method: 'get',
    path: '/api/github/suggested-tasks',
    id: 'getSuggestedTasks',
    tag: TAGS.github,
    summary: 'What the user might work on next',
    description:
      'Their open pull requests by what is wrong with them, then the open issues assigned to them.',
    responses: { 200: { description: 'The latest first.', body: answers.suggestedTasks } },
    errors: GITHUB_ERRORS,
  },
];

/** What both editions can do. */
export const ossOperations: readonly Operation[] = [
  ...SESSION,
  ...SETTINGS,
  ...GITHUB,
  ...OPTIONS,
  ...SERVER,
];
