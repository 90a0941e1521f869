import type { ErrorCodeTable } from '../../oss/error-codes.ts';

/** The codes that the edition behind a Keycloak adds to those of the Enterprise edition. */
export const KEYCLOAK_ERROR_CODES = {
  invalid_logout_token: {
    statuses: [400],
    meaning: 'The logout token is not one that Keycloak has made for this server, or it was used before.',
  },
  keycloak_misconfigured: {
    statuses: [503],
    meaning: 'Keycloak and this server do not fit together. The operator finds the reason in the log.',
  },
  keycloak_unavailable: {
    statuses: [503],
    meaning: 'Keycloak cannot be reached. Try again later; who is signed in stays signed in.',
  },
} as const satisfies ErrorCodeTable;

declare module '../../oss/error-codes.ts' {
  interface ErrorCodeTables {
    keycloak: typeof KEYCLOAK_ERROR_CODES;
  }
}
