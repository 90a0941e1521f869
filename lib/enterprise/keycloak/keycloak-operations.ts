import { z } from 'zod';
import { STORE_ERRORS } from '../../oss/openapi/common-errors.ts';
import { mergeErrorCodes, type Operation, type Tag } from '../../oss/openapi/operation.ts';
import { BACKCHANNEL_LOGOUT } from './backchannel-logout-routes.ts';

const KEYCLOAK_TAG: Tag = {
  name: 'For Keycloak',
  description: 'What Keycloak tells this server: not for clients.',
};
const UNAVAILABLE = { 503: ['keycloak_unavailable', 'keycloak_misconfigured'] } as const;

const BACKCHANNEL: Operation = {
  method: 'post',
  path: BACKCHANNEL_LOGOUT,
  id: 'endSessionOfKeycloak',
  tag: KEYCLOAK_TAG,
  summary: 'OpenID Connect Back-Channel Logout 1.0',
  description:
    'A form with `logout_token`. Ends the session that Keycloak has ended; a token for an older one ends nothing.',
  isOpenToAll: true,
  responses: { 200: { description: 'What has to be ended is ended.' } },
  errors: {
    400: ['invalid_logout_token', 'bad_request'],
    413: ['body_too_large'],
    415: ['unsupported_media_type'],
    429: ['rate_limit_exceeded'],
    500: ['internal_error'],
    503: [...STORE_ERRORS, 'keycloak_unavailable'],
  },
};

/** What the edition behind a Keycloak can do, given what the Enterprise edition can. */
export function keycloakOperations(below: readonly Operation[]): Operation[] {
  return [...below.flatMap(behindKeycloak), BACKCHANNEL];
}

function behindKeycloak(operation: Operation): Operation[] {
  if (operation.id === 'signIn') {
    return [
      {
        ...operation,
        summary: 'Start signing in with Keycloak',
        responses: { 302: { ...operation.responses[302], description: 'To Keycloak.' } },
        errors: mergeErrorCodes(operation.errors ?? {}, UNAVAILABLE),
      },
    ];
  }
  if (operation.id !== 'finishSignIn') return [operation];
  return [
    {
      ...operation,
      path: '/oauth/keycloak/callback',
      summary: 'Where Keycloak sends the browser back to',
      query: z.object({
        code: z.string().optional(),
        state: z.string().optional().describe('Without it, or with an unknown one, a fresh flow is started.'),
        iss: z.string().optional().describe('Who has sent the browser back (RFC 9207).'),
        session_state: z.string().optional(),
        error: z.string().optional(),
      }),
      errors: mergeErrorCodes(operation.errors ?? {}, UNAVAILABLE),
    },
    {
      ...operation,
      id: 'startSignInAgain',
      summary: "Where another client's own link to GitHub ends: a sign-in with Keycloak is started",
      description: 'A HEAD is answered with 204, and a prefetch (`Sec-Purpose`) is refused.',
      responses: { 302: { ...operation.responses[302], description: 'To the callback of Keycloak.' } },
      errors: { 400: ['bad_request'], 403: ['prefetch_refused'], 429: ['rate_limit_exceeded'] },
    },
  ];
}
