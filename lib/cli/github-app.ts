import {
  appManifest,
  type AppRegistration,
  callbackUrl,
  isReachable,
  registrationLink,
  registrationPage,
  webhookUrl,
} from '../enterprise/github/app-registration.ts';
import { brokerEndpoint } from '../enterprise/keycloak/broker-endpoint.ts';
import { readKeycloakEnvironment } from '../enterprise/keycloak/environment.ts';
import { readEnvironment } from '../oss/environment.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';

const FORMATS = ['text', 'page', 'manifest'] as const;

/** `openhands-express github-app`: what to enter at GitHub for the Enterprise edition, before there is an App. */
export const githubApp: Command = {
  usage: `github-app [--name <name>] [--organization <name>] [--keycloak] [--format text|page|manifest]

Prints where to register the GitHub App of the Enterprise edition, with the form filled in: a link to open. Nothing is
sent. Reads PUBLIC_URL, and GITHUB_BASE_URL for a GitHub Enterprise Server or a tenant of ghe.com.

  --name          the name of the App, which has to be free at GitHub
  --organization  who is to own it; by default the person who opens the link
  --keycloak      sign-in goes through a Keycloak: the callback is that of its broker, from KEYCLOAK_…
  --format        text (the default); page: an HTML page that hands a manifest to GitHub, which then makes the secrets as
                  well; manifest: that manifest as JSON`,

  run(args, terminal) {
    const { format, app } = readArguments(args, terminal.env);
    if (format === 'page') terminal.out(registrationPage(app));
    else if (format === 'manifest') terminal.out(JSON.stringify(appManifest(app), null, 2));
    else terminal.out(instructions(app));
    return Promise.resolve(0);
  },
};

function instructions(app: AppRegistration): string {
  const webhook = isReachable(app.publicUrl)
    ? [`Webhook URL:   ${webhookUrl(app.publicUrl)}`, 'Webhook secret: make one with: openssl rand -hex 32']
    : ['Webhook:       none. GitHub cannot reach this machine; set PUBLIC_URL for one'];
  return [
    'Open this link; the form is filled in:',
    '',
    registrationLink(app),
    '',
    `Callback URL:  ${(app.callbackUrls ?? [callbackUrl(app.publicUrl)]).join(', ')}`,
    ...webhook,
    '',
    'Then put GITHUB_APP_CLIENT_ID, GITHUB_APP_CLIENT_SECRET, GITHUB_APP_SLUG and, with a webhook,',
    'GITHUB_APP_WEBHOOK_SECRET into .env. docs/github-app.md goes through it step by step.',
  ].join('\n');
}

function readArguments(args: readonly string[], env: Terminal['env']) {
  const { values } = parseCommandLine({
    args: [...args],
    allowPositionals: false,
    options: {
      name: { type: 'string', default: 'openhands-express' },
      organization: { type: 'string' },
      keycloak: { type: 'boolean', default: false },
      format: { type: 'string', default: 'text' },
    },
  });
  const format = FORMATS.find((known) => known === values.format);
  if (format === undefined)
    throw new UsageError(`--format takes ${FORMATS.join(', ')}, not "${values.format}".`);
  const { GITHUB_BASE_URL, HOST, PORT, PUBLIC_URL } = readEnvironment(env);
  const publicUrl = PUBLIC_URL ?? `http://${HOST === '0.0.0.0' ? '127.0.0.1' : HOST}:${PORT}`;
  const app: AppRegistration = {
    name: values.name,
    publicUrl,
    githubUrl: GITHUB_BASE_URL,
    organization: values.organization,
    ...(values.keycloak && {
      callbackUrls: [brokerEndpoint(readKeycloakEnvironment(env)), callbackUrl(publicUrl)],
    }),
  };
  return { format, app };
}
