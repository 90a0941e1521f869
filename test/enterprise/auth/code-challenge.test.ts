import assert from 'node:assert/strict';
import { codeChallenge } from '../../../lib/enterprise/auth/code-challenge.ts';

describe('codeChallenge', () => {
  it('takes the challenge of a verifier as RFC 7636, appendix B, does', () => {
    assert.equal(
      codeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });
});
