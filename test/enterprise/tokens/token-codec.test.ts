import assert from 'node:assert/strict';
import { signInSchema } from '../../../lib/enterprise/tokens/token-codec.ts';
import { MASK } from '../../../lib/oss/secret.ts';

const signInWith = (tokens: object) => signInSchema.safeParse({ sign_in_id: 'a', obtained_at: 1, tokens });

describe('signInSchema', () => {
  it('takes a mask that an older server has stored for no token', () => {
    for (const access_token of [MASK, '']) assert.equal(signInWith({ access_token }).success, false);
    for (const refresh_token of [MASK, '']) {
      const { data } = signInWith({ access_token: 'ghu_1', refresh_token });
      assert.equal(data?.tokens.accessToken.reveal(), 'ghu_1');
      assert.equal(data.tokens.refreshToken, undefined);
    }
  });
});
