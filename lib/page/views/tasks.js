/** What GitHub says is waiting: conflicts, failing checks, comments, open pull requests and issues. */
import { getSuggestedTasks } from '../api.js';
import { showEmpty } from '../empty.js';
import { atGitHub } from '../facts.js';
import { clear } from '../notices.js';
import { clone, slots } from '../templates.js';
import { counted } from './counted.js';
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
      clear(part.notices);
      part.empty.replaceChildren();
      part.list.hidden = true;
      part.skeleton.hidden = false;
      part.summary.textContent = 'Asking GitHub…';
      const ok = await attempt(
        part.notices,
        async () => {
          const tasks = await getSuggestedTasks(signal);
          part.list.replaceChildren(...tasks.map(row));
          part.list.hidden = tasks.length === 0;
          part.summary.textContent = tasks.length === 0 ? '' : counted(tasks.length, 'task', 'tasks');
          if (tasks.length === 0) {
            showEmpty(part.empty, {
              title: 'Nothing is waiting for you',
              text: 'No open issue, no pull request and no failing check is yours at the moment.',
            });
          }
        },
        { again: () => void load() },
      );
      part.skeleton.hidden = true;
      if (!ok) part.summary.textContent = '';
    };
    void load();
  },
};

/** @param {import('../api.js').SuggestedTask} task */
function row({ task_type, repo, issue_number, title }) {
  const content = clone('task');
  const part = slots(content);
  const kind = task_type === 'OPEN_ISSUE' ? 'issues' : 'pull';
  part.link.href = atGitHub(`${repo}/${kind}/${issue_number}`);
  part.title.textContent = title;
  part.place.textContent = `${repo} #${issue_number}`;
  part.type.textContent = TYPES[task_type] ?? task_type;
  part.type.dataset.type = task_type;
  return content;
}
