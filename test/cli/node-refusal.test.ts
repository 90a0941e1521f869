import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import semver from 'semver';
import { nodeRefusal } from '../../lib/cli/node-refusal.ts';

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };

describe('nodeRefusal', () => {
  it('refuses what engines leaves out, and nothing else', () => {
    const versions = Array.from({ length: 30 }, (_, major) =>
      Array.from({ length: 25 }, (__, minor) => [`${major}.${minor}.0`, `${major}.${minor}.7`]),
    ).flat(2);
    const refused = (version: string) => nodeRefusal(version) !== undefined;
    assert.deepEqual(
      versions.filter(refused),
      versions.filter((version) => !semver.satisfies(version, engines.node)),
    );
  });

  it('says what to install in one line', () => {
    assert.match(
      nodeRefusal('22.11.0') ?? '',
      /^Node 22\.11\.0 is too old for openhands-express\. Install Node 22\.12 or later, or 20\.19 .*$/,
    );
  });
});
