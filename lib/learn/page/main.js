/** Draws the apps of a report with the picture of the stack inspector, and ties the findings to it. */
import { byId } from '../../inspector/page/dom.js';
import { keepInSight } from '../../inspector/page/in-sight.js';
import { Picture } from '../../inspector/page/picture.js';
import { darken, light } from '../../inspector/page/spotlight.js';
import { tellingOf } from './telling.js';

/** @typedef {import('./wire.d.ts').App} App */

/** @type {import('./wire.d.ts').Learned} */
const learned = JSON.parse(byId('learned').textContent);
const [first] = learned.apps;
/** @type {App | undefined} */
let shown;

/** @param {App} app */
function show(app) {
  shown = app;
  const frame = byId('picture-frame');
  frame.replaceChildren();
  new Picture(frame, app, tellingOf(app, learned.findings));
}

/** Who points at a finding sees whom it names. */
function tieFindings() {
  for (const [index] of learned.findings.entries()) {
    const element = byId(`finding-${index}`);
    const lightUp = () => {
      const plan = [...(shown?.plan.entries() ?? [])];
      light(plan.flatMap(([position, { findings }]) => (findings.includes(index) ? [position] : [])));
    };
    element.addEventListener('pointerenter', lightUp);
    element.addEventListener('pointerleave', darken);
  }
}

/** Of several apps, which one is drawn. */
function offerApps() {
  const choice = document.querySelector('select');
  choice?.addEventListener('change', () => {
    const app = learned.apps[choice.selectedIndex];
    if (app !== undefined) show(app);
  });
}

if (first !== undefined) {
  show(first);
  tieFindings();
  offerApps();
  keepInSight(byId('plan'));
}
