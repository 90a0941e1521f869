/** What to tell a person about each failure that the HTTP contract names. */
import { ApiError } from './api.js';
import { whatToWrite } from './what-to-write.js';

/** @param {number | undefined} seconds */
function when(seconds) {
  if (seconds === undefined || seconds < 1) return 'in a moment';
  if (seconds < 90) return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}

/**
 * @param {unknown} error
 * @returns {{ title: string, text: string }}
 */
export function describe(error) {
  if (!(error instanceof ApiError)) {
    if (error !== undefined) console.error(error);
    return {
      title: 'This page made a mistake',
      text: 'Load it again. If that does not help, tell the operator of this server.',
    };
  }
  const { status, code, message, retryAfterSeconds } = error;
  if (code === 'unreachable') {
    return {
      title: 'The server does not answer',
      text: 'Check that it is running and that you are online, then try again.',
    };
  }
  if (code === 'github_unavailable') {
    return {
      title: 'GitHub does not answer',
      text: `Nothing is lost, and you need not sign in or save a token again. Try again ${when(retryAfterSeconds)}.`,
    };
  }
  if (status === 429) {
    return {
      title: 'Too many requests',
      text: `${message.replace(/\.?$/, '.')} Try again ${when(retryAfterSeconds)}.`,
    };
  }
  if (code === 'github_token_required') {
    return { title: 'GitHub access is missing', text: 'The server has no GitHub token to work with.' };
  }
  if (status === 401) {
    return { title: 'GitHub refuses the token', text: 'It may have expired, or it was revoked at GitHub.' };
  }
  if (status === 403) {
    return { title: 'Not allowed', text: message };
  }
  if (status === 422) {
    return {
      title: 'Something is not right in what you entered',
      text: [...new Set(error.detail.map(whatToWrite))].join(' ') || message,
    };
  }
  return { title: 'The server could not do that', text: message };
}
