/** Starts the inspector: the plan once, and then the requests as they come. */
import { byId, html } from './dom.js';
import { counted } from './format.js';
import { keepInSight } from './in-sight.js';
import { Live } from './live.js';
import { Picture } from './picture.js';
import { Pulse } from './pulse.js';
import { finding, tellingOf } from './reasons.js';
import { Requests } from './requests.js';
import { showRoutes } from './routes.js';

/** @typedef {import('./wire.d.ts').Outline} Outline */

const CONNECTION = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost, trying again' };

async function start() {
  const response = await fetch(new URL('outline', import.meta.url));
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  /** @type {Outline} */
  const outline = await response.json();
  tellFacts(outline);
  showRoutes(outline);
  const picture = new Picture(byId('picture-frame'), outline, tellingOf(outline));

  keepInSight(byId('plan'));

  const live = new Live();
  new Requests(live, outline);
  showConnection(live);
  animate(live, new Pulse(picture));
  live.start();
}

/** @param {Outline} outline */
function tellFacts({ plan, layers, diagnostics }) {
  byId('facts').textContent = `${counted(plan.length, 'middleware')} in ${counted(layers.length, 'layer')}`;
  if (diagnostics.length === 0) return;
  byId('findings').append(
    html('h3', {}, `${counted(diagnostics.length, 'warning')}`),
    ...diagnostics.map(finding),
  );
}

/** @param {Live} live */
function showConnection(live) {
  const place = byId('connection');
  live.addEventListener('connection', () => {
    place.dataset.state = live.connection;
    place.textContent = CONNECTION[live.connection];
  });
}

/** @param {Live} live @param {Pulse} pulse */
function animate(live, pulse) {
  const done = new Set();
  let first = true;
  live.addEventListener('change', (event) => {
    for (const id of /** @type {CustomEvent<number[]>} */ (event).detail) {
      const request = live.requests.get(id);
      if (request === undefined || request.outcome === 'pending' || done.has(id)) continue;
      done.add(id);
      // What was there before the page was opened is history.
      if (!first) pulse.run(request);
    }
    for (const id of done) if (!live.requests.has(id)) done.delete(id);
    first = false;
  });
}

start().catch((error) => {
  console.error(error);
  const place = byId('connection');
  place.dataset.state = 'lost';
  place.textContent = 'The inspector could not start. Load the page again.';
});
