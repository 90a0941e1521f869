import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as promClient from 'prom-client';
import * as used from '../../../lib/enterprise/metrics/prom-client.ts';

describe('What is used of prom-client', () => {
  it('are the classes that hosts import, who add metrics of their own to the registry', () => {
    for (const name of ['Counter', 'Gauge', 'Histogram', 'Registry'] as const)
      assert.equal(used[name], promClient[name], name);
  });

  it('loads none of its default metrics, nor the API of OpenTelemetry', () => {
    const module = new URL('../../../lib/enterprise/metrics/prom-client.ts', import.meta.url).href;
    const program = `
      import { createRequire } from 'node:module';
      await import(${JSON.stringify(module)});
      console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`;
    const { stdout } = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program],
      { encoding: 'utf8' },
    );
    assert.ok(stdout.includes(createRequire(import.meta.url).resolve('prom-client/lib/registry')), stdout);
    assert.doesNotMatch(stdout, /opentelemetry|defaultMetrics/);
  });
});
