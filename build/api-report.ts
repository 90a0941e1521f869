/**
 * `npm run api`: writes what every entry point offers to `api/*.api.md`, from the built declarations, so that a change
 * of the public surface is seen in a review. A test compares them.
 */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The entry points of package.json, by the name of their report, with the declarations that each starts from. */
export const ENTRY_POINTS = {
  'openhands-express': 'index',
  compose: 'compose',
  oss: 'oss/index',
  enterprise: 'enterprise/index',
  'express-messages': 'express-messages/index',
  inspector: 'inspector/index',
  learn: 'learn/index',
  testing: 'testing/index',
} as const;

export type EntryPoint = keyof typeof ENTRY_POINTS;

/**
 * Writes the report of one entry point.
 *
 * @param folder - where `<entry point>.api.md` goes
 */
export function reportApi(entryPoint: EntryPoint, folder: string): void {
  const extractorConfig = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, 'dist', `${ENTRY_POINTS[entryPoint]}.d.ts`),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temporary'),
        reportFileName: entryPoint,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  Extractor.invoke(extractorConfig, {
    localBuild: true,
    messageCallback: (message) => {
      // All that is exported is public here, and the report itself says the rest.
      const isError = message.logLevel === ExtractorLogLevel.Error;
      if (!isError) message.logLevel = ExtractorLogLevel.None;
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const entryPoint of Object.keys(ENTRY_POINTS) as EntryPoint[])
    reportApi(entryPoint, join(root, 'api'));
}
