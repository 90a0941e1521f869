import { type Answer, failure } from './answer.ts';

/** Why GitHub refuses a request of a token that works. */
export type FakeRefusal = 'single-sign-on' | 'ip-allow-list' | 'suspended' | 'missing-permission';

const SENTENCES: Readonly<Record<FakeRefusal, string>> = {
  'single-sign-on':
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
  'ip-allow-list':
    'Although you appear to have the correct authorization credentials, the `octo-org` organization has an IP allow list enabled, and 192.0.2.1 is not permitted to access this resource.',
  suspended: 'Sorry. Your account was suspended.',
  'missing-permission': 'Resource not accessible by integration',
};

/**
 * GitHub's 403 in its own words.
 *
 * @param origin - where the address for single sign-on leads
 */
export function refused(reason: FakeRefusal, origin: string): Answer {
  const url = `${origin}/orgs/octo-org/sso?authorization_request=AAAAAAAAAAAAAAAA`;
  return failure(403, SENTENCES[reason], {
    ...(reason === 'single-sign-on' && { 'x-github-sso': `required; url=${url}` }),
  });
}
