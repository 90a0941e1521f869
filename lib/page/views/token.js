/** OSS: put in, replace or remove the GitHub token. A saved one is never shown. */
import { saveSettings } from '../api.js';
import { whileBusy } from '../busy.js';
import { confirm } from '../confirmation.js';
import { atGitHub, isGitHubCloud } from '../facts.js';
import { describe } from '../failures.js';
import { clear, show } from '../notices.js';
import { profileOrSkeleton } from '../profile.js';
import { slots } from '../templates.js';

/** @typedef {import('../session.js').Session} Session */

/**
 * GitHub's form for a token that can read what this server reads, filled in. A fine-grained one is of one owner only; a
 * classic one reaches everything. A GitHub Enterprise Server fills in only the form for the latter.
 *
 * @see https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens
 */
const FINE_GRAINED = atGitHub('settings/personal-access-tokens/new', {
  name: 'OpenHands',
  description: 'For an OpenHands server: repositories and suggested tasks',
  expires_in: '90',
  contents: 'read',
  issues: 'read',
  pull_requests: 'read',
  statuses: 'read',
});
const CLASSIC = atGitHub('settings/tokens/new', { description: 'OpenHands', scopes: 'repo' });

/** @type {import('../navigation.js').View} */
export const tokenView = {
  id: 'token',
  label: 'Token',
  open(root, { session, signal, attempt }) {
    const part = slots(root);
    /** @type {HTMLFormElement} */
    const form = part.form;
    const input = /** @type {HTMLInputElement} */ (form.querySelector('input'));
    part['fine-grained'].href = FINE_GRAINED;
    for (const name of ['fine-grained', 'about-fine-grained']) part[name].hidden = !isGitHubCloud();
    part.classic.href = CLASSIC;
    const render = () => showState(part, session);
    render();
    session.addEventListener('change', render, { signal });

    /** What is wrong is what stands in the field. */
    function refuse() {
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    }
    input.addEventListener('input', () => input.removeAttribute('aria-invalid'));

    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const token = input.value.trim();
      if (token === '') {
        show(part.notices, {
          tone: 'failure',
          title: 'There is no token to save',
          text: 'Paste one above first.',
        });
        return refuse();
      }
      const had = session.signedIn;
      const ok = await whileBusy(part.save, 'Asking GitHub…', () =>
        attempt(part.notices, () => store({ github_token: token }), {
          explain: (error) => {
            if (error.status === 401) refuse();
            return explainRefusal(error, had);
          },
        }),
      );
      if (!ok) return;
      form.reset();
      input.removeAttribute('aria-invalid');
      show(part.notices, { tone: 'success', title: 'Token saved', text: 'Your repositories are ready.' });
    });

    part.remove.addEventListener('click', async () => {
      const sure = await confirm(
        {
          title: 'Remove the token?',
          text: 'The server forgets it, and sees no repositories until you save another. At GitHub the token stays valid.',
          button: 'Remove the token',
        },
        signal,
      );
      if (!sure) return;
      const ok = await whileBusy(part.remove, 'Removing…', () =>
        attempt(part.notices, () => store({ unset_github_token: true })),
      );
      if (!ok) return;
      show(part.notices, { tone: 'success', title: 'Token removed' });
      input.focus();
    });

    /** @param {import('../api.js').Settings} changes */
    async function store(changes) {
      clear(part.notices);
      await saveSettings(changes);
      await session.refresh();
    }
  },
};

/**
 * @param {import('../api.js').ApiError} error
 * @param {boolean} had whether an older token is saved
 */
function explainRefusal({ status, code }, had) {
  const outcome = had ? 'The token that was saved before is kept.' : 'Nothing was saved.';
  if (status === 401) {
    return {
      title: 'GitHub refuses this token',
      text: `Check that it is complete and still valid. ${outcome}`,
    };
  }
  if (code === 'github_unavailable') {
    return {
      title: 'GitHub does not answer',
      text: `So the token could not be checked. ${outcome} Try again later.`,
    };
  }
  return undefined;
}

/** @param {Record<string, any>} part @param {Session} session */
function showState(part, { signedIn, profile, pending, stale, failure }) {
  part.person.replaceChildren(...profileOrSkeleton(profile, pending));
  part.state.textContent = state(signedIn, stale, failure);
  part.state.hidden = part.state.textContent === '';
  part.remove.hidden = !signedIn;
  part.label.textContent = signedIn ? 'Replace it with' : 'New token';
}

/** @param {boolean} signedIn @param {boolean} stale @param {unknown} failure */
function state(signedIn, stale, failure) {
  if (!signedIn) return 'No token is saved.';
  if (stale) return 'A token is saved. GitHub does not answer at the moment; this is what it said last time.';
  if (failure) {
    const { title, text } = describe(failure);
    return `A token is saved. ${title}. ${text}`;
  }
  return 'A token is saved.';
}
