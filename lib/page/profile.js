/** A person, shown without a picture: GitHub keeps those on another host, and this page asks no other host for anything. */
import { clone, slots } from './templates.js';

/** @typedef {import('./api.js').Profile} Profile */

const HUES = 6;

/**
 * Makes an element a monogram: the first letter, on one of a few quiet colors that is always the same for a name.
 *
 * @param {HTMLElement} element
 * @param {string} name
 */
export function monogram(element, name) {
  let sum = 0;
  for (const letter of name) sum += letter.codePointAt(0) ?? 0;
  element.textContent = (Array.from(name)[0] ?? '?').toUpperCase();
  element.dataset.hue = String(sum % HUES);
}

/**
 * What to show of a person: who they are, or that GitHub is being asked, or nothing.
 *
 * @param {Profile | undefined} profile
 * @param {boolean} pending
 */
export function profileOrSkeleton(profile, pending) {
  if (profile) return [profileCard(profile)];
  return pending ? [clone('profile-skeleton')] : [];
}

/**
 * @param {Profile} profile
 * @returns {DocumentFragment}
 */
function profileCard({ login, name, company, email }) {
  const content = clone('profile');
  const part = slots(content);
  monogram(part.monogram, login);
  part.name.textContent = name ?? login;
  part.login.textContent = `@${login}`;
  part.details.textContent = [company, email].filter(Boolean).join(' · ');
  return content;
}
