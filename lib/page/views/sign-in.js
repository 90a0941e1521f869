/** Enterprise: what somebody sees who is not signed in. */
import { at } from '../api.js';
import { slots } from '../templates.js';

/** Where signing in begins; GitHub's answer leads back to the view that is open now. */
export function signInAddress() {
  const address = at('oauth/github/authorize');
  address.searchParams.set('return_to', window.location.pathname + window.location.hash);
  return address.href;
}

/** @type {import('../navigation.js').View} */
export const signInView = {
  id: 'sign-in',
  label: 'Sign in',
  open(root, { signal }) {
    const { link } = slots(root);
    const follow = () => (link.href = signInAddress());
    follow();
    // The person may use Back while this view stays.
    window.addEventListener('hashchange', follow, { signal });
  },
};
