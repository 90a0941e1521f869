/** What the routes of both editions answer, as schemas of the OpenAPI description. */
import { z } from 'zod';
import type { ErrorCode } from '../error-codes.ts';
import { userAnswer } from '../github/answers.ts';
import { MASK } from '../secret.ts';
import type { NamedSchema } from './operation.ts';

const nullableText = z.string().nullable();
const nullableInteger = z.int().nullable();
const nullableFlag = z.boolean().nullable();
const mask = z.literal(MASK).nullable().describe('Whether it is set: it is never shown.');

/** The schema is made when somebody asks for the description: a start can do without. */
function named(name: string, makeSchema: () => z.ZodType): NamedSchema {
  let schema: z.ZodType | undefined;
  return {
    name,
    get schema() {
      return (schema ??= makeSchema());
    },
  };
}

/** `{ "message": … }` with the one sentence that an operation answers. */
export function message(name: string, sentence: string): NamedSchema {
  return named(name, () => z.object({ message: z.literal(sentence) }));
}

export const validationDetail = z.object({
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
      .array(validationDetail)
      .optional()
      .describe('With `validation_error`: everything that is wrong.'),
  });

export const health = named('Health', () => z.literal('OK'));

const checks = z.record(z.string(), z.enum(['ok', 'degraded', 'failed']));
export const ready = named('Ready', () => z.object({ ready: z.literal(true), checks }));
export const notReady = named('NotReady', () =>
  z.object({
    error: z.string(),
    code: z.enum(['not_ready', 'draining'] satisfies ErrorCode[]),
    ready: z.literal(false),
    checks,
    reasons: z.record(z.string(), z.string()).optional(),
  }),
);

export const clientOptions = named('ClientOptions', () =>
  z.object({
    APP_MODE: z.enum(['oss', 'saas']),
    GITHUB_CLIENT_ID: z.string(),
    POSTHOG_CLIENT_KEY: z.string(),
    APP_SLUG: z.string().optional(),
    FEATURE_FLAGS: z.object({ ENABLE_BILLING: z.boolean(), HIDE_LLM_SETTINGS: z.boolean() }),
  }),
);

export const choices = named('Choices', () => z.array(z.string()));

export const shownSettings = named('Settings', () =>
  z.object({
    language: nullableText,
    agent: nullableText,
    security_analyzer: nullableText,
    llm_model: nullableText,
    llm_base_url: nullableText,
    max_iterations: nullableInteger,
    remote_runtime_resource_factor: nullableInteger,
    confirmation_mode: nullableFlag,
    user_consents_to_analytics: nullableFlag,
    enable_default_condenser: z.boolean(),
    llm_api_key: mask,
    github_token_is_set: z.boolean(),
  }),
);

export const user = named('GitHubUser', () => userAnswer);

export const repositories = named('Repositories', () =>
  z.array(
    z.object({
      id: z.int(),
      full_name: z.string(),
      stargazers_count: z.int(),
      link_header: nullableText.describe("GitHub's `Link` header of the page; null from a search."),
    }),
  ),
);

export const installations = named('Installations', () => z.array(z.int()));

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
      repo: z.string().describe('`owner/name`'),
      issue_number: z.int(),
      title: z.string(),
    }),
  ),
);

export const openApi = named('OpenApi', () => z.looseObject({ openapi: z.string() }));
