/** What the routes of both editions answer, as schemas of the OpenAPI description. */
import { z } from 'zod';
import type { ErrorCode } from '../error-codes.ts';
import { userAnswer } from '../github/answers.ts';
import { madeOnce } from '../made-once.ts';
import { MASK } from '../secret.ts';
import type { NamedSchema } from './operation.ts';

const nullableText = () => z.string().nullable();
const nullableInteger = () => z.int().nullable();
const nullableFlag = () => z.boolean().nullable();
const mask = () => z.literal(MASK).nullable().describe('Whether it is set: it is never shown.');

/** The schema is made when somebody asks for the description: a start can do without. */
function named(name: string, makeSchema: () => z.ZodType): NamedSchema {
  const schema = madeOnce(makeSchema);
  return {
    name,
    get schema() {
      return schema();
    },
  };
}

/** `{ "message": … }` with the one sentence that an operation answers. */
export function message(name: string, sentence: string): NamedSchema {
  return named(name, () => z.object({ message: z.literal(sentence) }));
}

const validationDetail = () =>
  z.object({
    loc: z
      .array(z.union([z.string(), z.int()]))
      .describe('Where it was found, the place in the request first.'),
    msg: z.string(),
    type: z.string(),
  });

/** The body of an error, given all the codes that an edition has. */
export const errorAnswer = (codes: readonly string[]) =>
  z.object({
    error: z.string().describe('A sentence for a person.'),
    code: z.enum(codes).describe('What it is, for a program.'),
    detail: z
      .array(validationDetail())
      .optional()
      .describe('With `validation_error`: everything that is wrong.'),
  });

export const health = named('Health', () => z.literal('OK'));

const checks = () =>
  z.record(z.string(), z.enum(['ok', 'degraded', 'failed'])).meta({ examples: [{ store: 'ok' }] });
export const ready = named('Ready', () => z.object({ ready: z.literal(true), checks: checks() }));
export const notReady = named('NotReady', () =>
  z.object({
    error: z.string().meta({ examples: ['The server is not ready.'] }),
    code: z.enum(['not_ready', 'draining'] satisfies ErrorCode[]),
    ready: z.literal(false),
    checks: checks().meta({ examples: [{ store: 'failed' }] }),
    reasons: z
      .record(z.string(), z.string())
      .optional()
      .meta({ examples: [{ store: 'The store cannot be reached.' }] }),
  }),
);

export const clientOptions = named('ClientOptions', () =>
  z.object({
    APP_MODE: z.enum(['oss', 'saas']),
    GITHUB_CLIENT_ID: z.string().meta({ examples: ['Iv23liAbCdEfGhIjKlMn'] }),
    POSTHOG_CLIENT_KEY: z.string().meta({ examples: [''] }),
    APP_SLUG: z
      .string()
      .optional()
      .meta({ examples: ['openhands-at-acme'] }),
    FEATURE_FLAGS: z.object({ ENABLE_BILLING: z.boolean(), HIDE_LLM_SETTINGS: z.boolean() }),
  }),
);

export const choices = named('Choices', () => z.array(z.string()).meta({ examples: [['first', 'second']] }));

export const shownSettings = named('Settings', () =>
  z.object({
    language: nullableText().meta({ examples: ['en'] }),
    agent: nullableText().meta({ examples: ['CodeActAgent'] }),
    security_analyzer: nullableText().meta({ examples: [''] }),
    llm_model: nullableText().meta({ examples: ['openai/gpt-4o'] }),
    llm_base_url: nullableText().meta({ examples: [''] }),
    max_iterations: nullableInteger().meta({ examples: [100] }),
    remote_runtime_resource_factor: nullableInteger().meta({ examples: [1] }),
    confirmation_mode: nullableFlag().meta({ examples: [false] }),
    user_consents_to_analytics: nullableFlag().meta({ examples: [true] }),
    enable_default_condenser: z.boolean(),
    llm_api_key: mask(),
    github_token_is_set: z.boolean(),
  }),
);

export const user = named('GitHubUser', () =>
  userAnswer().meta({
    examples: [
      {
        id: 583_231,
        login: 'octocat',
        avatar_url: 'https://avatars.githubusercontent.com/u/583231?v=4',
        company: '@github',
        name: 'The Octocat',
        email: null,
      },
    ],
  }),
);

export const repositories = named('Repositories', () =>
  z.array(
    z.object({
      id: z.int().meta({ examples: [1_296_269] }),
      full_name: z.string().meta({ examples: ['octocat/Hello-World'] }),
      stargazers_count: z.int().meta({ examples: [80] }),
      link_header: nullableText().meta({
        description: "GitHub's `Link` header of the page; null from a search.",
        examples: [null, ''],
      }),
    }),
  ),
);

export const installations = named('Installations', () =>
  z.array(z.int()).meta({ examples: [[40_123_456]] }),
);

export const suggestedTasks = named('SuggestedTasks', () =>
  z.array(
    z.object({
      task_type: z.enum([
        'MERGE_CONFLICTS',
        'FAILING_CHECKS',
        'UNRESOLVED_COMMENTS',
        'OPEN_PR',
        'OPEN_ISSUE',
      ]),
      repo: z.string().meta({ description: '`owner/name`', examples: ['octocat/Hello-World'] }),
      issue_number: z.int().meta({ examples: [1_347] }),
      title: z.string().meta({ examples: ['Found a bug'] }),
    }),
  ),
);

export const openApi = named('OpenApi', () =>
  z.looseObject({ openapi: z.string().meta({ examples: ['3.1.1'] }) }),
);
