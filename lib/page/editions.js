/** The one place where the page's editions differ; everything else asks the edition. */
import { hashOf } from './route.js';
import { accountView } from './views/account.js';
import { repositoriesView } from './views/repositories.js';
import { settingsView } from './views/settings.js';
import { signInAddress, signInView } from './views/sign-in.js';
import { tasksView } from './views/tasks.js';
import { tokenView } from './views/token.js';

/** @typedef {import('./navigation.js').View} View */

/**
 * @typedef {object} Edition
 * @property {string} name
 * @property {View[]} views in the order of the menu
 * @property {View} home what a person sees first
 * @property {View} identity where a person sees who they are
 * @property {View | undefined} gate what somebody whom the server does not know sees instead of every view
 * @property {{ gone: string, other: string }} elsewhere what another tab has done: nobody is known now, or somebody else
 * @property {() => { label: string, href: string }} renewal how to replace a token that GitHub refuses
 */

/** @type {Record<'oss' | 'saas', Edition>} by what the server calls its `APP_MODE` */
export const editions = {
  oss: {
    name: 'Open source',
    views: [repositoriesView, tasksView, settingsView, tokenView],
    home: repositoriesView,
    identity: tokenView,
    gate: undefined,
    elsewhere: { gone: 'The token is removed', other: 'Another token is saved' },
    renewal: () => ({ label: 'Save another token', href: hashOf('token') }),
  },
  saas: {
    name: 'Enterprise',
    views: [repositoriesView, tasksView, settingsView, accountView],
    home: repositoriesView,
    identity: accountView,
    gate: signInView,
    elsewhere: { gone: 'You are signed out', other: 'Another account is signed in' },
    renewal: () => ({ label: 'Sign in again', href: signInAddress() }),
  },
};
