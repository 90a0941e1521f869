/** Has `npm test` compile what its tests start as processes once, and not in each process of mocha. */

/** Names the folder to the processes of mocha. */
export const COMPILED_FOLDER = 'OPENHANDS_EXPRESS_COMPILED_FOLDER';

/** Before mocha starts its workers, which have its environment, and do not load esbuild for it. */
export async function mochaGlobalSetup(): Promise<void> {
  const { compilePrograms } = await import('./compile-programs.ts');
  process.env[COMPILED_FOLDER] = await compilePrograms();
}
