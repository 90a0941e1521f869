import assert from 'node:assert/strict';
import { InvalidGrantError, KeycloakMisconfiguredError } from '../../../lib/enterprise/keycloak/errors.ts';
import { failureOf } from '../../../lib/enterprise/keycloak/openid-failure.ts';

const refusal = (error_description?: string) =>
  failureOf({ error: 'invalid_grant', status: 400, ...(error_description && { error_description }) });

describe('An invalid_grant of Keycloak', () => {
  for (const said of [
    undefined,
    'Token is not active',
    'Session not active',
    'Offline user session not found',
  ]) {
    it(`ends a session: ${said ?? 'without a word'}`, () => {
      assert.ok(refusal(said) instanceof InvalidGrantError);
    });
  }

  for (const said of [
    'Maximum allowed refresh token reuse exceeded',
    "Session doesn't have required client",
  ]) {
    it(`tells that a token was used before: ${said}`, () => {
      const failure = refusal(said);
      assert.ok(failure instanceof InvalidGrantError && failure.wasUsedBefore);
    });
  }

  for (const said of [
    "Invalid token issuer. Expected 'http://keycloak.internal/realms/openhands'",
    "Invalid refresh token. Token client and authorized client don't match",
  ]) {
    it(`is the operator's error, and ends nobody's session: ${said}`, () => {
      assert.ok(refusal(said) instanceof KeycloakMisconfiguredError);
    });
  }
});
