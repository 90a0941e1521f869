/** The settings form: shows what is stored, and sends only what the person has changed. */
import { getOptions, getSettings, saveSettings } from '../api.js';
import { changes, fill, markComplaints, unmark } from '../form.js';
import { clear } from '../notices.js';
import { slots } from '../templates.js';

/** @type {import('../navigation.js').View} */
export const settingsView = {
  id: 'settings',
  label: 'Settings',
  open(root, { configuration, signal, attempt }) {
    const part = slots(root);
    /** @type {HTMLFormElement} */
    const form = part.form;
    /** @type {import('../api.js').Settings} */
    let stored = {};
    part.llm.hidden = configuration.FEATURE_FLAGS?.HIDE_LLM_SETTINGS === true;

    const load = () =>
      attempt(
        part.notices,
        async () => {
          stored = (await getSettings(signal)) ?? {};
          clear(part.notices);
          fill(form, stored);
          tellAboutKey(form, stored);
          form.hidden = false;
        },
        { again: () => void open() },
      );
    const open = async () => {
      part.progress.textContent = 'Loading…';
      await load();
      part.progress.textContent = '';
    };

    form.addEventListener('input', () => (part.saved.textContent = ''));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      unmark(form);
      part.saved.textContent = '';
      if (!form.reportValidity()) return;
      const changed = changes(form, stored);
      if (Object.keys(changed).length === 0) {
        part.saved.textContent = 'Nothing to save: you have changed nothing.';
        return;
      }
      part.save.disabled = true;
      const ok = await attempt(part.notices, () => save(changed));
      part.save.disabled = false;
      if (ok && (await load())) part.saved.textContent = 'Settings saved.';
      else window.scrollTo({ top: 0 });
    });

    /** @param {import('../api.js').Settings} changed */
    async function save(changed) {
      try {
        await saveSettings(changed);
      } catch (error) {
        markComplaints(form, error);
        throw error;
      }
    }

    void open();
    void offer(root, 'models', signal);
    void offer(root, 'agents', signal);
    void offer(root, 'security-analyzers', signal);
  },
};

/** @param {HTMLFormElement} form @param {import('../api.js').Settings} stored */
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
 * @param {HTMLElement} root
 * @param {'models' | 'agents' | 'security-analyzers'} kind
 * @param {AbortSignal} signal
 */
async function offer(root, kind, signal) {
  const values = await getOptions(kind, signal).catch(() => []);
  root.querySelector(`#${kind}`)?.replaceChildren(...values.map((value) => new Option(value, value)));
}
