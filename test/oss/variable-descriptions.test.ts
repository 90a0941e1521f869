import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { KeycloakServerConfig } from '../../lib/enterprise/index.ts';
import { describeVariables } from '../../lib/oss/variable-descriptions.ts';
import { markdownTable } from '../docs/markdown-table.ts';

const PAGE = new URL('../../docs/configuration.md', import.meta.url);
const TABLES = /(?<=<!-- The tables are written by .* -->\n\n)[^]*?(?=## Of libpq\n)/;
const GROUPS = KeycloakServerConfig.variables;

describe('The page of the configuration', () => {
  it('has a table for each edition, as the schemas describe their variables', async () => {
    const sections = GROUPS.map((group) => {
      const rows = describeVariables(group).map(({ name, preset, isNeeded, description }) => [
        `\`${name}\``,
        isNeeded ? '**needed**' : preset === undefined ? '' : `\`${preset}\``,
        description,
      ]);
      return `## ${group.title}\n\n${markdownTable([['Variable', 'Default', 'What it says'], ...rows])}\n\n`;
    });
    const page = await readFile(PAGE, 'utf8');
    // After a change that is meant: UPDATE_TABLES=1 npm test -- -g 'The page of the configuration'
    if (process.env.UPDATE_TABLES === '1')
      await writeFile(
        PAGE,
        page.replace(TABLES, () => sections.join('')),
      );
    else assert.equal(TABLES.exec(page)?.[0], sections.join(''));
  });
});

describe('The variables of the environment', () => {
  const all = GROUPS.flatMap(describeVariables);

  it('are described in whole sentences without markup', () => {
    for (const { name, description } of all) assert.match(description, /^[A-Z\d][^<>*|]+\.$/, name);
  });

  it('have one meaning each', () => {
    const names = all.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
  });

  it('say which of them are needed, and what counts without the others', () => {
    const needed = all.flatMap(({ name, isNeeded }) => (isNeeded ? [name] : []));
    assert.deepEqual(needed, [
      'GITHUB_APP_CLIENT_ID',
      'GITHUB_APP_CLIENT_SECRET',
      'KEYCLOAK_SERVER_URL',
      'KEYCLOAK_REALM_NAME',
      'KEYCLOAK_CLIENT_ID',
      'KEYCLOAK_CLIENT_SECRET',
    ]);
    const presets = Object.fromEntries(all.map(({ name, preset }) => [name, preset]));
    assert.equal(presets.PORT, '3000');
    assert.equal(presets.RATE_LIMIT, '20/second;600/minute');
    assert.equal(presets.SESSION_TTL, '30d');
    assert.equal(presets.DATABASE_URL, undefined);
    assert.equal(presets.POSTHOG_CLIENT_KEY, undefined);
  });
});
