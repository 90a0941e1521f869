import { readFile } from 'node:fs/promises';
import { KeycloakSite, type KeycloakSiteOptions } from './keycloak-site.ts';

const TEMPLATE = new URL('../../../../deploy/keycloak/github-kept-by-keycloak.json', import.meta.url);

/** A server whose users' tokens Keycloak keeps, behind a realm with the identity provider that ships for that. */
export async function openKeptByKeycloak(options: KeycloakSiteOptions = {}): Promise<KeycloakSite> {
  const site = await KeycloakSite.open({
    ...options,
    env: { KEYCLOAK_TOKEN_CUSTODY: 'keycloak', ...options.env },
  });
  await storeAsJson(site);
  return site;
}

/** Gives the realm the identity provider whose tokens Keycloak refreshes. */
export async function storeAsJson({ github, realm }: KeycloakSite): Promise<void> {
  const template = await readFile(TEMPLATE, 'utf8');
  const provider = template.replace(
    /\$\{(\w+)\}/g,
    (_all, variable: string) => github.environment[variable] ?? '',
  );
  await realm.admin('DELETE', '/identity-provider/instances/github');
  await realm.admin('POST', '/identity-provider/instances', JSON.parse(provider));
}
