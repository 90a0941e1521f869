/** Starts the inspector: the plan once, and then the requests as they come. */
import { writeAddress } from './address.js';
import { arrange, leadWithin } from './arrange.js';
import { Comparison } from './comparison.js';
import { byId, html } from './dom.js';
import { textOf } from './export.js';
import { EVERYTHING } from './filter.js';
import { FilterBar } from './filter-bar.js';
import { counted } from './format.js';
import { actionButton, copyButton, downloadButton } from './hand-out.js';
import { keepInSight } from './in-sight.js';
import { Live } from './live.js';
import { Picture } from './picture.js';
import { Pulse } from './pulse.js';
import { finding, tellingOf } from './reasons.js';
import { Requests } from './requests.js';
import { showRoutes } from './routes.js';
import { Viewed } from './view.js';

/**
 * @typedef {import('./requests.js').Actions} Actions
 * @typedef {import('./live.js').Change} Change
 * @typedef {import('./wire.d.ts').Outline} Outline
 * @typedef {import('./wire.d.ts').Request} Request
 */

const CONNECTION = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost, trying again' };

async function start() {
  const response = await fetch(new URL('outline', document.baseURI));
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  /** @type {Outline} */
  const outline = await response.json();
  tellFacts(outline);
  showRoutes(outline);
  const picture = new Picture(byId('picture-frame'), outline, tellingOf(outline));

  keepInSight(byId('plan'));

  const live = new Live();
  const viewed = new Viewed();
  const comparison = new Comparison(live, outline, viewed);
  const requests = new Requests(live, outline, viewed, {
    of: (request) => actionsOn(request, live, outline, comparison),
    choose: (request) => comparison.choose(request),
  });
  const filters = new FilterBar(viewed, () => requests.filter());
  viewed.addEventListener('change', () => {
    filters.show();
    requests.reveal();
    comparison.reveal();
  });
  live.addEventListener('complete', () => requests.reveal(), { once: true });
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

/** @param {Request} request @param {Live} live @param {Outline} outline @param {Comparison} comparison */
function actionsOn({ id }, live, outline, comparison) {
  // As it is when the button is pressed.
  const now = () => /** @type {Request} */ (live.requests.get(id));
  const address = () => {
    const view = { filter: EVERYTHING, request: { run: live.run, id }, compare: [] };
    return new URL(writeAddress(view), location.href).href;
  };
  return html(
    'div',
    { class: 'actions' },
    actionButton('Compare with…', () => comparison.begin(now())),
    ...copyButton('Copy link', address),
    ...copyButton('Copy JSON', () => textOf(now(), outline)),
    downloadButton('Download JSON', () => ({ name: `request-${id}.json`, text: textOf(now(), outline) })),
  );
}

/** @param {Live} live @param {Pulse} pulse */
function animate(live, pulse) {
  live.addEventListener('change', (event) => {
    // What was there before the page was opened is history.
    if (!live.isComplete) return;
    for (const { before, now } of /** @type {CustomEvent<Change[]>} */ (event).detail) {
      const isOver = now !== undefined && now.outcome !== 'pending';
      if (isOver && (before === undefined || before.outcome === 'pending')) pulse.run(now);
    }
  });
}

arrange();
leadWithin();
start().catch((error) => {
  console.error(error);
  const place = byId('connection');
  place.dataset.state = 'lost';
  place.textContent = 'The inspector could not start. Load the page again.';
});
