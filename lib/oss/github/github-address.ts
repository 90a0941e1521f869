/** Where a GitHub is: the web site, and the root of its REST API. Both without a slash at the end. */
export interface GitHubAddress {
  readonly base: string;
  readonly api: string;
}

/**
 * Where the GitHub is that an operator means by the address of its web site.
 *
 * GitHub's own sites are served over HTTPS and without `www`, and redirect all else there. A redirect of the token
 * endpoint is not followed, so their addresses are put right here.
 *
 * @param url - of the web site, without a slash at the end.
 * @see https://docs.github.com/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom
 */
export function gitHubAt(url: string): GitHubAddress {
  const { host } = new URL(url);
  if (host === 'github.com' || host === 'www.github.com') {
    return { base: 'https://github.com', api: 'https://api.github.com' };
  }
  if (/^[^.:]+\.ghe\.com$/.test(host)) return { base: `https://${host}`, api: `https://api.${host}` };
  // A GitHub Enterprise Server.
  return { base: url, api: `${url}/api/v3` };
}
