/** What a GitHub App needs to know of this server, for whoever registers it. */

/** What this server reads of GitHub. An agent that works with the tokens needs more, such as `contents: write`. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  metadata: 'read',
  contents: 'read',
  issues: 'read',
  pull_requests: 'read',
  checks: 'read',
  statuses: 'read',
};

export interface AppRegistration {
  /** The name of the App, which has to be free at GitHub. */
  readonly name: string;
  /** Where browsers find this server: `PUBLIC_URL`. */
  readonly publicUrl: string;
  /** `GITHUB_BASE_URL`. */
  readonly githubUrl: string;
  /** The organization that is to own the App; a person unless given. */
  readonly organization?: string | undefined;
  /** The callback URLs, where they are not this server's own. */
  readonly callbackUrls?: readonly string[];
}

export function callbackUrl(publicUrl: string): string {
  return `${publicUrl}/oauth/github/callback`;
}

export function webhookUrl(publicUrl: string): string {
  return `${publicUrl}/integration/github/events`;
}

/**
 * Where to register the App, with the form filled in.
 *
 * @see https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-using-url-parameters
 */
export function registrationLink(app: AppRegistration): string {
  const link = new URL(newAppUrl(app));
  const { searchParams: form } = link;
  form.set('name', app.name);
  form.set('url', app.publicUrl);
  form.set('public', 'false');
  for (const callback of callbacksOf(app)) form.append('callback_urls[]', callback);
  form.set('request_oauth_on_install', 'false');
  form.set('setup_url', app.publicUrl);
  form.set('webhook_active', String(isReachable(app.publicUrl)));
  if (isReachable(app.publicUrl)) form.set('webhook_url', webhookUrl(app.publicUrl));
  for (const [permission, access] of Object.entries(PERMISSIONS)) form.set(permission, access);
  return link.href;
}

/**
 * The manifest of the App. GitHub refuses one with a webhook that it cannot reach.
 *
 * @see https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function appManifest(app: AppRegistration): Readonly<Record<string, unknown>> {
  return {
    name: app.name,
    url: app.publicUrl,
    redirect_url: app.publicUrl,
    callback_urls: callbacksOf(app),
    setup_url: app.publicUrl,
    request_oauth_on_install: false,
    public: false,
    default_permissions: PERMISSIONS,
    default_events: [],
    ...(isReachable(app.publicUrl) && {
      hook_attributes: { url: webhookUrl(app.publicUrl), active: true },
    }),
  };
}

/** A page with one button, which hands the manifest to GitHub: it takes one only from a form. */
export function registrationPage(app: AppRegistration): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Register ${escaped(app.name)}</title>
<form method="post" action="${escaped(newAppUrl(app))}">
<input type="hidden" name="manifest" value="${escaped(JSON.stringify(appManifest(app)))}">
<p>Registers the GitHub App of ${escaped(app.publicUrl)} at ${escaped(app.githubUrl)}. GitHub asks once more.</p>
<button>Register the GitHub App</button>
</form>
</html>`;
}

/** Whether GitHub can send webhooks there, as far as the address tells: not to the machine that it is itself on. */
export function isReachable(publicUrl: string): boolean {
  const { hostname } = new URL(publicUrl);
  return !/^(localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$|\.localhost$/.test(hostname);
}

function newAppUrl({ githubUrl, organization }: AppRegistration): string {
  const owner = organization === undefined ? '' : `/organizations/${encodeURIComponent(organization)}`;
  return `${githubUrl}${owner}/settings/apps/new`;
}

function callbacksOf({ callbackUrls, publicUrl }: AppRegistration): readonly string[] {
  return callbackUrls ?? [callbackUrl(publicUrl)];
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
