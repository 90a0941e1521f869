/** The settings form: shows what is stored, and sends only what the person has changed. */
import { getOptions, getSettings, saveSettings } from '../api.js';
import { whileBusy } from '../busy.js';
import { Combobox } from '../combobox.js';
import { changes, fill, markComplaints, unmark } from '../form.js';
import { clear } from '../notices.js';
import { slots } from '../templates.js';

/** @typedef {import('../api.js').Settings} Settings */

/** What the server offers for which field. @type {[field: string, kind: 'models' | 'agents' | 'security-analyzers'][]} */
const CHOICES = [
  ['llm_model', 'models'],
  ['agent', 'agents'],
  ['security_analyzer', 'security-analyzers'],
];

/** @type {import('../navigation.js').View} */
export const settingsView = {
  id: 'settings',
  label: 'Settings',
  open(root, { configuration, drafts, signal, attempt }) {
    const part = slots(root);
    /** @type {HTMLFormElement} */
    const form = part.form;
    /** @type {Settings} */
    let stored = {};
    part.llm.hidden = configuration.FEATURE_FLAGS?.HIDE_LLM_SETTINGS === true;

    const load = () =>
      attempt(
        part.notices,
        async () => {
          stored = (await getSettings(signal)) ?? {};
          clear(part.notices);
          fill(form, stored, drafts.of(settingsView.id));
          tellAboutKey(form, stored);
          form.hidden = false;
          keepDraft();
        },
        { again: () => void open() },
      );
    const open = async () => {
      clear(part.notices);
      part.skeleton.hidden = false;
      await load();
      part.skeleton.hidden = true;
    };

    /** @param {string} [said] */
    function keepDraft(said = '') {
      drafts.keep(settingsView.id, changes(form, stored));
      const unsaved = drafts.has(settingsView.id);
      part.saved.textContent = unsaved ? 'You have unsaved changes.' : said;
      part.discard.hidden = !unsaved;
    }

    form.addEventListener('input', () => keepDraft());
    part.discard.addEventListener('click', () => {
      unmark(form);
      clear(part.notices);
      fill(form, stored);
      keepDraft('Your changes are discarded.');
      part.save.focus();
    });

    form.addEventListener('submit', (event) => {
      event.preventDefault();
      unmark(form);
      if (!form.reportValidity()) return;
      const changed = changes(form, stored);
      if (Object.keys(changed).length === 0) {
        part.saved.textContent = 'Nothing to save: you have changed nothing.';
        return;
      }
      part.saved.textContent = '';
      void whileBusy(part.save, 'Saving…', async () => {
        const ok = await attempt(part.notices, () => save(changed));
        if (ok) {
          if (await load()) keepDraft('Settings saved.');
        } else {
          keepDraft();
          const marked = form.querySelector('[aria-invalid]');
          // To the field that is to be changed, which the bar with the buttons may cover, or else to the notice.
          if (marked === null) window.scrollTo({ top: 0 });
          else marked.scrollIntoView({ block: 'center' });
        }
      });
    });

    /** @param {Settings} changed */
    async function save(changed) {
      try {
        await saveSettings(changed);
      } catch (error) {
        markComplaints(form, error);
        throw error;
      }
      drafts.keep(settingsView.id, {});
    }

    void open();
    for (const [field, kind] of CHOICES) void offer(form, field, kind, signal);
  },
};

/** @param {HTMLFormElement} form @param {Settings} stored */
function tellAboutKey(form, stored) {
  const hint = form.querySelector('#llm_api_key-hint');
  if (!hint) return;
  hint.textContent = stored.llm_api_key
    ? 'A key is saved. Leave this empty to keep it.'
    : 'No key is saved. It is stored on this server, and never shown again.';
}

/**
 * Suggestions only: without them every value can still be typed.
 *
 * @param {HTMLFormElement} form
 * @param {string} field
 * @param {'models' | 'agents' | 'security-analyzers'} kind
 * @param {AbortSignal} signal
 */
async function offer(form, field, kind, signal) {
  const combobox = new Combobox(/** @type {HTMLInputElement} */ (form.querySelector(`#${field}`)));
  combobox.offer(await getOptions(kind, signal).catch(() => []));
}
