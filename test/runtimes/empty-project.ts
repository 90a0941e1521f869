import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workshop } from './fixture.ts';

/** @returns the folder of a new project without packages, outside the repository. */
export async function emptyProject(name: string): Promise<string> {
  const folder = join(workshop(), name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  return folder;
}
