/** Enterprise: what somebody sees who is not signed in. */
import { slots } from '../templates.js';

/** Where signing in begins; GitHub's answer leads back to the view that is open now. */
export function signInAddress() {
  const { pathname, hash } = window.location;
  return `/oauth/github/authorize?return_to=${encodeURIComponent(pathname + hash)}`;
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
