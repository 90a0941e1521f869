/** Starts the page: asks the server which edition it is and who is here, then hands over to the navigation. */
import { getConfiguration } from './api.js';
import { editions } from './editions.js';
import { describe } from './failures.js';
import { Navigation } from './navigation.js';
import { clear, show } from './notices.js';
import { monogram } from './profile.js';
import { Session } from './session.js';

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const banner = place('banner');

async function start() {
  try {
    const configuration = await getConfiguration();
    const edition = editions[configuration.APP_MODE];
    const session = new Session();
    session.addEventListener('change', () => showPerson(session, edition.identity.id));
    await session.refresh();
    showEdition(edition.name);
    tellOutcomeOfSignIn();
    const places = { root: place('view'), menu: place('views'), banner };
    new Navigation({ edition, session, configuration, places }).start();
  } catch (error) {
    place('starting').hidden = true;
    const again = () => {
      clear(banner);
      place('starting').hidden = false;
      void start();
    };
    show(banner, { tone: 'failure', ...describe(error), actions: [{ label: 'Try again', run: again }] });
  }
}

/** @param {string} name */
function showEdition(name) {
  const element = place('edition');
  element.textContent = name;
  element.hidden = false;
}

/** @param {Session} session @param {string} identityView */
function showPerson({ profile }, identityView) {
  const element = place('person');
  element.hidden = profile === undefined;
  if (!profile) return element.replaceChildren();
  const link = document.createElement('a');
  link.href = `#/${identityView}`;
  const picture = document.createElement('span');
  picture.className = 'monogram monogram-small';
  picture.setAttribute('aria-hidden', 'true');
  monogram(picture, profile.login);
  const login = document.createElement('span');
  login.textContent = profile.login;
  link.append(picture, login);
  element.replaceChildren(link);
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

void start();
