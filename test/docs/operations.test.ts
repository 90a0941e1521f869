import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { KeycloakServerConfig } from '../../lib/enterprise/index.ts';
import { testApp } from '../../lib/testing/index.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

describe('docs/operations', () => {
  let dashboard: { panels: { title: string; targets: { expr: string }[] }[] };
  let rules: Rule[];
  let readme: string;
  /** What a server tells: the kind of each metric. */
  let told: Map<string, string>;
  let helped: Set<string>;

  before(async () => {
    const read = (name: string) =>
      readFile(new URL(`../../docs/operations/${name}`, import.meta.url), 'utf8');
    dashboard = JSON.parse(await read('dashboard.json')) as typeof dashboard;
    rules = (parse(await read('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
      (it) => it.rules,
    );
    readme = await read('README.md');
    // Keycloak is away: its metrics are there all the same.
    const app = await testApp(KeycloakServerConfig, {
      env: {
        KEYCLOAK_SERVER_URL: 'http://127.0.0.1:9',
        KEYCLOAK_REALM_NAME: 'openhands',
        KEYCLOAK_CLIENT_ID: 'openhands',
        KEYCLOAK_CLIENT_SECRET: 'hush-hush',
      },
      patience: { timeoutMs: 1_000 },
    });
    const text = await (await fetch(`${app.url}/internal/metrics`)).text();
    await app.close();
    told = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => [name!, kind!]));
    helped = new Set([...text.matchAll(/^# HELP (\S+) \S.*$/gm)].map(([, name]) => name!));
  });

  const expressions = () => [
    ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ];

  /** The metrics that a text names, without what a histogram appends. */
  const metricsIn = (text: string) =>
    [...text.matchAll(/\b(?:openhands|nodejs|process)_[a-z_]+(?=[^a-z_])/g)]
      .map(([name]) => name)
      .map((name) => {
        const base = name.replace(/_(bucket|count|sum)$/, '');
        return told.get(base) === 'histogram' ? base : name;
      });

  it('names no metric that a server does not tell', () => {
    const named = new Set([
      ...expressions().flatMap(([, expr]) => metricsIn(`${expr} `)),
      ...metricsIn(readme),
    ]);
    assert.deepEqual(
      [...named].filter((name) => !told.has(name)),
      [],
    );
    assert.ok(named.size > 10);
  });

  it('explains every metric that a server tells, which has a text of its own as well', () => {
    const explained = new Set(metricsIn(readme));
    for (const name of told.keys()) {
      assert.ok(explained.has(name), `${name} is not explained`);
      assert.ok(helped.has(name), `${name} has no help`);
    }
  });

  it('says of every alert where to look first, and of no other', () => {
    const explained = [...readme.matchAll(/^\| `(OpenHands\w+)`/gm)].map(([, name]) => name!);
    assert.deepEqual(explained.sort(), rules.map(({ alert }) => alert).sort());
  });

  it('has only expressions that Prometheus can parse', () => {
    for (const [name, expr] of expressions()) {
      const plain = expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
      parser.parse(plain).iterate({
        enter: ({ type, from }) => assert.ok(!type.isError, `${name}: ${plain.slice(0, from)} <- here`),
      });
    }
  });
});
