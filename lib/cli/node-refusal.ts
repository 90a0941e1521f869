/** The first versions that `require` this package, which is of ES modules, without a flag; `engines` of package.json has them too. */
const FIRST_OF_20 = 19;
const FIRST_OF_22 = 12;

/**
 * Why the package is not run by a version of Node, in one line that says what to install.
 *
 * @param version - as `process.versions.node` has it.
 * @returns undefined where it is run.
 */
export function nodeRefusal(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSupported =
    major > 22 || (major === 22 && minor >= FIRST_OF_22) || (major === 20 && minor >= FIRST_OF_20);
  if (isSupported) return undefined;
  return (
    `Node ${version} is too old for openhands-express. Install Node 22.12 or later, ` +
    'or 20.19 or later of Node 20: https://nodejs.org/en/download'
  );
}
