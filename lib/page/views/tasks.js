/** What GitHub says is waiting: conflicts, failing checks, comments, open pull requests and issues. */
import { getSuggestedTasks } from '../api.js';
import { clear } from '../notices.js';
import { clone, slots } from '../templates.js';
import { askForToken } from './no-token.js';

/** @type {Record<string, string>} */
const TYPES = {
  MERGE_CONFLICTS: 'Merge conflicts',
  FAILING_CHECKS: 'Failing checks',
  UNRESOLVED_COMMENTS: 'Unresolved comments',
  OPEN_PR: 'Open pull request',
  OPEN_ISSUE: 'Open issue',
};

/** @type {import('../navigation.js').View} */
export const tasksView = {
  id: 'tasks',
  label: 'Tasks',
  open(root, { session, signal, attempt }) {
    if (!session.signedIn) return askForToken(root);
    const part = slots(root);
    const load = async () => {
      part.summary.textContent = 'Loading…';
      const ok = await attempt(
        part.notices,
        async () => {
          const tasks = await getSuggestedTasks(signal);
          clear(part.notices);
          part.list.replaceChildren(...tasks.map(row));
          part.list.hidden = tasks.length === 0;
          part.summary.textContent = summary(tasks.length);
        },
        { again: () => void load() },
      );
      if (!ok) part.summary.textContent = '';
    };
    void load();
  },
};

/** @param {number} count */
function summary(count) {
  if (count === 0) return 'Nothing is waiting for you.';
  return count === 1 ? '1 task' : `${count} tasks`;
}

/** @param {import('../api.js').SuggestedTask} task */
function row({ task_type, repo, issue_number, title }) {
  const content = clone('task');
  const part = slots(content);
  part.title.textContent = title;
  part.place.textContent = `${repo} #${issue_number}`;
  part.type.textContent = TYPES[task_type] ?? task_type;
  part.type.dataset.type = task_type;
  return content;
}
