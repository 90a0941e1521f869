/** Enterprise: who I am, and the ways out. */
import { whileBusy } from '../busy.js';
import { confirm } from '../confirmation.js';
import { describe } from '../failures.js';
import { show } from '../notices.js';
import { profileOrSkeleton } from '../profile.js';
import { slots } from '../templates.js';

/** @type {import('../navigation.js').View} */
export const accountView = {
  id: 'account',
  label: 'Account',
  open(root, { session, drafts, signal, attempt }) {
    const part = slots(root);
    const again = () => void attempt(part.notices, () => session.refresh());
    const render = () => showPerson(part, session, again);
    render();
    session.addEventListener('change', render, { signal });

    part['sign-out'].addEventListener('click', () =>
      whileBusy(part['sign-out'], 'Signing out…', () =>
        attempt(part.notices, () => leave('You are signed out')),
      ),
    );

    part['sign-out-everywhere'].addEventListener('click', async () => {
      const sure = await confirm(
        {
          title: 'Sign out everywhere?',
          text: 'All your sessions end, on every device, and GitHub is told to take back your permission.',
          button: 'Sign out everywhere',
        },
        signal,
      );
      if (!sure) return;
      await whileBusy(part['sign-out-everywhere'], 'Signing out…', () =>
        attempt(part.notices, () => leave('You are signed out everywhere', { everywhere: true })),
      );
    });

    /** @param {string} title @param {{ everywhere?: boolean }} [options] */
    async function leave(title, options) {
      await session.signOut(options);
      drafts.clear();
      const banner = document.getElementById('banner');
      if (banner) show(banner, { tone: 'success', title });
    }
  },
};

/**
 * @param {Record<string, any>} part
 * @param {import('../session.js').Session} session
 * @param {() => void} again
 */
function showPerson(part, session, again) {
  const { profile, pending, stale, failure } = session;
  part.person.replaceChildren(...profileOrSkeleton(profile, pending));
  const actions = [{ label: 'Try again', run: again }];
  if (stale) {
    show(part.notices, {
      tone: 'warning',
      title: 'GitHub does not answer',
      text: 'You are signed in, and this is your profile as GitHub last told it.',
      actions,
    });
  } else if (failure) {
    show(part.notices, { tone: 'failure', ...describe(failure), actions });
  } else {
    part.notices.replaceChildren();
  }
}
