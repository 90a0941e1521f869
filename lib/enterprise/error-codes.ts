import type { ErrorCodeTable } from '../oss/error-codes.ts';

/** The codes that the Enterprise edition adds to those of the OSS edition. */
export const SAAS_ERROR_CODES = {
  bad_refresh_token: {
    statuses: [401],
    meaning: 'GitHub has ended this session. Sign in again.',
  },
  bad_signature: {
    statuses: [403],
    meaning:
      'The signature of the webhook is missing or wrong. Compare `GITHUB_APP_WEBHOOK_SECRET` with the secret of the GitHub App.',
  },
  bad_verification_code: {
    statuses: [401],
    meaning:
      'GitHub did not accept the code of this sign-in: it was used before, or is too old. Sign in again.',
  },
  github_app_misconfigured: {
    statuses: [503],
    meaning: 'The GitHub App and this server do not fit together. The operator finds the reason in the log.',
  },
  invalid_metrics_token: {
    statuses: [401],
    meaning: 'Metrics need `Authorization: Bearer …` with the value of `METRICS_TOKEN`.',
  },
  invalid_payload: {
    statuses: [400],
    meaning: 'The webhook has a good signature, but its payload is not JSON.',
  },
  metrics_unavailable: {
    statuses: [503],
    meaning: 'Of several workers, the metrics of all cannot be had now. Ask again; the log says why.',
  },
  not_on_waitlist: {
    statuses: [401],
    meaning: 'This server lets in only the users on its list. Ask the operator to add yours.',
  },
  prefetch_refused: {
    statuses: [403],
    meaning: 'The browser tried to sign in ahead of time. It asks again when somebody goes there.',
  },
  sign_in_failed: {
    statuses: [400],
    meaning: 'GitHub did not complete the sign-in. Try again.',
  },
  sign_in_not_recognized: {
    statuses: [400],
    meaning: 'This browser does not remember the start of the sign-in. Allow cookies, then sign in again.',
  },
  unverified_user_email: {
    statuses: [401],
    meaning: 'GitHub signs in only users with a verified email address. Verify yours at GitHub first.',
  },
} as const satisfies ErrorCodeTable;

declare module '../oss/error-codes.ts' {
  interface ErrorCodeTables {
    enterprise: typeof SAAS_ERROR_CODES;
  }
}
