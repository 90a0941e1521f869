import { readFile } from 'node:fs/promises';
import type { FakeGitHub } from '../../../../lib/testing/index.ts';
import { KeycloakSite, type KeycloakSiteOptions } from './keycloak-site.ts';
import type { Realm } from './realm.ts';

const TEMPLATE = new URL('../../../../deploy/keycloak/github-kept-by-keycloak.json', import.meta.url);

/** The variables of a server that leaves the tokens to Keycloak. */
export const KEPT_BY_KEYCLOAK = { KEYCLOAK_TOKEN_CUSTODY: 'keycloak' };

/** A server whose users' tokens Keycloak keeps, behind a realm with the identity provider that ships for that. */
export async function openKeptByKeycloak(options: KeycloakSiteOptions = {}): Promise<KeycloakSite> {
  const site = await KeycloakSite.open({
    ...options,
    env: { ...KEPT_BY_KEYCLOAK, ...options.env },
  });
  await storeAsJson(site.github, site.realm);
  return site;
}

/** Gives the realm the identity provider whose tokens Keycloak refreshes. */
export async function storeAsJson(
  { environment }: Pick<FakeGitHub, 'environment'>,
  realm: Pick<Realm, 'admin'>,
): Promise<void> {
  const template = await readFile(TEMPLATE, 'utf8');
  const provider = template.replace(/\$\{(\w+)\}/g, (_all, variable: string) => environment[variable] ?? '');
  await realm.admin('DELETE', '/identity-provider/instances/github');
  await realm.admin('POST', '/identity-provider/instances', JSON.parse(provider));
}
