/** Starts the page: asks the server which edition it is and who is here, then hands over to the navigation. */
import { at, getConfiguration } from './api.js';
import { Drafts } from './drafts.js';
import { editions } from './editions.js';
import { inspector } from './facts.js';
import { describe } from './failures.js';
import { Navigation } from './navigation.js';
import { clear, show } from './notices.js';
import { monogram } from './profile.js';
import { hashOf } from './route.js';
import { Session } from './session.js';
import { clone, slots } from './templates.js';

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const banner = place('banner');

async function start() {
  place('view').replaceChildren(clone('starting'));
  try {
    const session = new Session();
    const [configuration] = await Promise.all([getConfiguration(), session.refresh()]);
    const edition = editions[configuration.APP_MODE];
    const showWho = () => showPerson(session, edition.identity.id);
    session.addEventListener('change', showWho);
    showWho();
    showEdition(edition);
    tellOutcomeOfSignIn();
    const places = { root: place('view'), menu: place('views'), banner };
    new Navigation({ edition, session, drafts: new Drafts(), configuration, places }).start();
  } catch (error) {
    place('view').replaceChildren();
    const again = () => {
      clear(banner);
      void start();
    };
    show(banner, { tone: 'failure', ...describe(error), actions: [{ label: 'Try again', run: again }] });
  }
}

/** @param {import('./editions.js').Edition} edition */
function showEdition({ name, gate }) {
  const element = place('edition');
  element.textContent = name;
  element.hidden = false;
  // Only where people sign in can a request have two identities.
  slots(place('behind')).conflict.hidden = gate === undefined;
}

/** @param {Session} session @param {string} identityView */
function showPerson({ profile, pending }, identityView) {
  const element = place('person');
  element.hidden = profile === undefined && !pending;
  element.classList.toggle('person-pending', pending);
  if (!profile) return element.replaceChildren();
  const content = clone('person-link');
  const part = slots(content);
  part.link.href = hashOf(identityView);
  monogram(part.monogram, profile.login);
  part.login.textContent = profile.login;
  element.replaceChildren(content);
}

/** Where what this server does can be watched and read about. */
function showReferences() {
  /** @type {HTMLAnchorElement} */ (place('api-reference')).href = at('api/docs').href;
  if (inspector === undefined) return;
  const { link } = slots(place('behind'));
  link.href = at(inspector).href;
  place('behind').hidden = false;
}

/** The server sends a person back with `?login=denied` when they said no at GitHub. */
function tellOutcomeOfSignIn() {
  const address = new URL(window.location.href);
  const outcome = address.searchParams.get('login');
  if (outcome === null) return;
  // Loading the page again must not tell it again.
  address.searchParams.delete('login');
  window.history.replaceState(null, '', address);
  if (outcome !== 'denied') return;
  show(banner, {
    tone: 'warning',
    title: 'You were not signed in',
    text: 'At GitHub you did not allow access, so nothing was stored. You can try again whenever you like.',
  });
}

// A plain `#main` link would change the hash, which is the navigation's.
document.querySelector('[data-skip]')?.addEventListener('click', (event) => {
  event.preventDefault();
  place('main').focus();
});

// A mistake of this page, wherever it is made.
for (const kind of ['error', 'unhandledrejection']) {
  window.addEventListener(kind, () => show(banner, { tone: 'failure', ...describe(undefined) }));
}

showReferences();
void start();
