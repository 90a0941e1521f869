import { readFile } from 'node:fs/promises';

const TEMPLATE = new URL('../../deploy/keycloak/realm.json', import.meta.url);

/**
 * The realm that ships, for `POST /admin/realms`. Keycloak itself fills it in likewise when it imports it at its start.
 *
 * @param values - what stands for each `${VARIABLE}`.
 */
export async function realmOf(values: Readonly<Record<string, string>>): Promise<object> {
  const template = await readFile(TEMPLATE, 'utf8');
  const realm = template.replace(
    /\$(\$\{)|\$\{(\w+)\}/g,
    (_all, escaped: string | undefined, variable: string) => escaped ?? values[variable] ?? '',
  );
  return JSON.parse(realm) as object;
}
