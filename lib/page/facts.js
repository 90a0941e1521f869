/** What the server has put into the head of this document, because its HTTP interface has no field for it. */

/** @param {string} name */
const fact = (name) =>
  document.querySelector(`meta[name="openhands:${name}"]`)?.getAttribute('content') ?? undefined;

/** Where GitHub is: github.com, a tenant of ghe.com, or a GitHub Enterprise Server. */
const github = fact('github') ?? 'https://github.com';

/** Where the stack inspector is; undefined where it is off, or not for this person. */
export const inspector = fact('inspector');

/**
 * A page at GitHub.
 *
 * @param {string} path such as `octocat/Hello-World`
 * @param {Record<string, string>} [query]
 */
export function atGitHub(path, query = {}) {
  const address = new URL(github);
  const segments = path.split('/').map(encodeURIComponent);
  address.pathname = [address.pathname.replace(/\/$/, ''), ...segments].join('/');
  address.search = String(new URLSearchParams(query));
  return address.href;
}

/** Whether GitHub runs this itself. A GitHub Enterprise Server can do less. */
export function isGitHubCloud() {
  return /(^|\.)(github|ghe)\.com$/.test(new URL(github).hostname);
}
