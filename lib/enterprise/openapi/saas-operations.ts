import { z } from 'zod';
import { GITHUB_REFUSALS, STORE_ERRORS } from '../../oss/openapi/common-errors.ts';
import type { SecuritySchemes } from '../../oss/openapi/openapi-document.ts';
import {
  type ErrorCodes,
  mergeErrorCodes,
  type NamedSchema,
  type Operation,
  type Tag,
} from '../../oss/openapi/operation.ts';

/** What those who are not signed in are told. */
export const UNAUTHENTICATED_ERRORS: ErrorCodes = { 401: ['not_authenticated'] };

/** How a user of the Enterprise edition shows who they are. @param cookie - the name that it has for this client. */
export function securitySchemes(cookie: string): SecuritySchemes {
  return {
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: cookie,
      description:
        'Set by signing in with GitHub. Its name begins with `__Host-` over HTTPS, and only there.',
    },
  };
}

const SIGN_IN_TAG: Tag = { name: 'Sign-in', description: 'The OAuth flow of the GitHub App, in a browser.' };
const OPERATOR_TAG: Tag = {
  name: 'For GitHub and for operators',
  description: 'Webhooks and metrics: not for clients.',
};
const REDIRECT = { Location: 'Where to.' };
const saas: NamedSchema = { name: 'Saas', schema: z.object({ saas: z.literal(true) }) };
const received: NamedSchema = {
  name: 'EventReceived',
  schema: z.object({ message: z.literal('Event received') }),
};

const SIGN_IN: readonly Operation[] = [
  {
    method: 'get',
    path: '/saas',
    id: 'isEnterprise',
    tag: SIGN_IN_TAG,
    summary: 'Whether this is the Enterprise edition',
    isOpenToAll: true,
    responses: { 200: { description: 'It is; the OSS edition answers 404.', body: saas } },
  },
  {
    method: 'get',
    path: '/oauth/github/authorize',
    id: 'signIn',
    tag: SIGN_IN_TAG,
    summary: 'Start signing in with GitHub',
    isOpenToAll: true,
    query: z.object({
      return_to: z.string().optional().describe('The path to go to afterwards; only of this server.'),
    }),
    responses: { 302: { description: 'To GitHub.', headers: REDIRECT } },
    errors: { 400: ['bad_request'], 403: ['prefetch_refused'], 429: ['rate_limit_exceeded'] },
    showsErrorsAsPage: true,
  },
  {
    method: 'get',
    path: '/oauth/github/callback',
    id: 'finishSignIn',
    tag: SIGN_IN_TAG,
    summary: 'Where GitHub sends the browser back to',
    description:
      'A HEAD is answered with 204, and a prefetch (`Sec-Purpose`) is refused: neither uses up the code.',
    isOpenToAll: true,
    query: z.object({
      code: z.string().optional(),
      state: z.string().optional().describe('Without it, or with an unknown one, a fresh flow is started.'),
      error: z.string().optional().describe('`access_denied` when the user has changed their mind.'),
    }),
    responses: { 302: { description: 'Signed in, or one more attempt.', headers: REDIRECT } },
    errors: {
      400: ['sign_in_not_recognized', 'sign_in_failed', 'bad_request'],
      401: ['not_on_waitlist', 'bad_verification_code', 'unverified_user_email', 'invalid_github_token'],
      403: ['prefetch_refused', ...GITHUB_REFUSALS],
      429: ['github_rate_limited', 'rate_limit_exceeded'],
      500: ['internal_error'],
      503: ['github_unavailable', 'github_app_misconfigured', ...STORE_ERRORS],
    },
    showsErrorsAsPage: true,
  },
];

const OPERATOR: readonly Operation[] = [
  {
    method: 'post',
    path: '/integration/github/events',
    id: 'receiveGitHubEvent',
    tag: OPERATOR_TAG,
    summary: 'Webhooks of the GitHub App',
    description:
      '`github_app_authorization` with the action `revoked` ends the sessions of that user, unless they have signed in since.',
    isOpenToAll: true,
    headers: { 'X-Hub-Signature-256': 'The HMAC of the body, by `GITHUB_APP_WEBHOOK_SECRET`.' },
    responses: { 200: { description: 'It is dealt with.', body: received } },
    errors: {
      400: ['invalid_payload', 'bad_request'],
      403: ['bad_signature'],
      404: ['not_found'],
      408: ['request_timeout'],
      413: ['body_too_large'],
      415: ['unsupported_media_type'],
      429: ['rate_limit_exceeded'],
      500: ['internal_error'],
      503: STORE_ERRORS,
    },
  },
  {
    method: 'get',
    path: '/internal/metrics',
    id: 'getMetrics',
    tag: OPERATOR_TAG,
    summary: 'Metrics for Prometheus',
    description: 'For this machine, or for those who have `METRICS_TOKEN`.',
    isOpenToAll: true,
    responses: { 200: { description: 'The metrics.', mediaType: 'text/plain' } },
    errors: { 401: ['invalid_metrics_token'], 403: ['forbidden'], 503: ['metrics_unavailable'] },
  },
];

/** What the Enterprise edition can do, given what the edition below can. */
export function saasOperations(below: readonly Operation[]): Operation[] {
  return [...SIGN_IN, ...below.map(asInEnterprise), ...OPERATOR];
}

function asInEnterprise(operation: Operation): Operation {
  if (operation.id === 'logout') {
    return {
      ...operation,
      description: '`everywhere=1` ends every session of the user and gives the grant back to GitHub.',
      query: z.object({ everywhere: z.literal('1').optional() }),
    };
  }
  if (operation.id === 'getSettings') {
    // Everybody who is signed in has settings: a newcomer those by default.
    const { 404: _, ...errors } = operation.errors ?? {};
    return { ...operation, errors };
  }
  if (operation.tag.name !== 'GitHub') return operation;
  // A token that has to be refreshed first can be refused there, and it is the operator who has to act.
  const errors = mergeErrorCodes(operation.errors ?? {}, {
    401: ['bad_refresh_token'],
    503: ['github_app_misconfigured'],
  });
  return { ...operation, errors };
}
