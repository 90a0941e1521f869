import type { OpenHandsApp } from '../app.ts';
import { packageVersion } from './package-version.ts';

/** One line about a server that has started, and the same as fields for a structured log. */
export interface StartUpLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Which edition runs where, where it keeps what it is told, and what its stack is made of. None of it is a secret. */
export function startUpReport({ config, stack }: OpenHandsApp, url: string): readonly StartUpLine[] {
  const { appMode, environment, storeDescription: store } = config;
  const layers = [...new Set(stack.plan.map(({ layer }) => layer))];
  const warnings = stack.diagnostics.map(({ id }) => id);
  const count = stack.plan.length;
  const version = packageVersion();
  return [
    {
      fields: { edition: appMode, version, url },
      message: `openhands-express ${version} (${appMode}) listens on ${url}`,
    },
    {
      fields: { store, github: environment.GITHUB_BASE_URL },
      message: `Store: ${store}. GitHub: ${environment.GITHUB_BASE_URL}`,
    },
    {
      fields: { layers, middlewares: count, warnings },
      message: `Stack: ${count} middlewares of ${layers.join(' and ')}, ${
        warnings.length === 0 ? 'no warnings' : `warnings: ${warnings.join(', ')}`
      }`,
    },
    ...addressLine(config.addressesToRegister(url)),
    ...(environment.STACK_INSPECTOR
      ? [{ fields: { inspector: `${url}/stack` }, message: `Stack inspector: ${url}/stack` }]
      : []),
  ];
}

function addressLine(addresses: Readonly<Record<string, string>>): readonly StartUpLine[] {
  const named = Object.entries(addresses).map(([name, address]) => `${name} ${address}`);
  return named.length === 0
    ? []
    : [{ fields: { addresses }, message: `To enter in the GitHub App: ${named.join(', ')}` }];
}
