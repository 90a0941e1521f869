/**
 * The Enterprise edition behind a Keycloak:
 * `OPENHANDS_CONFIG_CLS=./lib/enterprise/keycloak/keycloak-server-config.ts#KeycloakServerConfig`.
 */
import type { RouteLayers } from '../../compose.ts';
import type { OpenApiOptions } from '../../oss/openapi/openapi-document.ts';
import type { Operation } from '../../oss/openapi/operation.ts';
import type { VariableGroup } from '../../oss/read-variables.ts';
import type { ReadinessCheck } from '../../oss/routes/health.ts';
import type { ServerConfigOptions } from '../../oss/server-config.ts';
import type { Authentication, AuthenticationParts } from '../auth/authentication.ts';
import { KeycloakMetrics } from '../metrics/keycloak-metrics.ts';
import { SaasServerConfig } from '../saas-server-config.ts';
import { brokerEndpoint } from './broker-endpoint.ts';
import { KEYCLOAK_VARIABLES, type KeycloakEnvironment, readKeycloakEnvironment } from './environment.ts';
import { KEYCLOAK_ERROR_CODES } from './error-codes.ts';
import { KeycloakUnavailableError } from './errors.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import { keycloakOperations } from './keycloak-operations.ts';
import { keycloakRouters } from './keycloak-routers.ts';
import { type KeycloakServices, startKeycloakServices } from './keycloak-services.ts';
import { ObservedKeycloakClient } from './observed-keycloak-client.ts';

export class KeycloakServerConfig extends SaasServerConfig {
  static override readonly variables: readonly VariableGroup[] = [...super.variables, KEYCLOAK_VARIABLES];
  readonly keycloakEnvironment: KeycloakEnvironment;
  readonly #keycloak: KeycloakClient;
  readonly #keycloakMetrics: KeycloakMetrics;
  #keycloakServices: KeycloakServices | undefined;

  /** @throws ConfigurationError one line that names every variable that is missing or has a bad value. */
  constructor(options: ServerConfigOptions = {}) {
    super(options);
    this.keycloakEnvironment = readKeycloakEnvironment(options.env ?? {});
    this.#keycloakMetrics = new KeycloakMetrics(this.metrics.registry);
    this.#keycloak = new ObservedKeycloakClient({
      environment: this.keycloakEnvironment,
      timeoutMs: this.patience.timeoutMs,
      metrics: this.#keycloakMetrics,
    });
  }

  override addressesToRegister(url: string): Readonly<Record<string, string>> {
    const { 'Callback URL': own = '', ...others } = super.addressesToRegister(url);
    return {
      'Callback URL': brokerEndpoint(this.keycloakEnvironment),
      'Second callback URL': own,
      ...others,
    };
  }

  /**
   * Keycloak says who signs in, and whether a session goes on.
   *
   * @internal
   */
  override authentication(parts: AuthenticationParts): Authentication {
    this.#keycloakServices = startKeycloakServices(parts, {
      keycloak: this.#keycloak,
      environment: this.keycloakEnvironment,
      metrics: this.#keycloakMetrics,
    });
    return this.#keycloakServices;
  }

  override routes(): RouteLayers {
    const services = this.#keycloakServices;
    if (services === undefined) throw new Error('KeycloakServerConfig: await prepare() first.');
    return { ...super.routes(), keycloak: keycloakRouters(this, services) };
  }

  override operations(): readonly Operation[] {
    return keycloakOperations(super.operations());
  }

  override openApi(): OpenApiOptions {
    const options = super.openApi();
    return {
      ...options,
      title: 'OpenHands server, Enterprise edition behind Keycloak',
      errorCodes: { ...options.errorCodes, ...KEYCLOAK_ERROR_CODES },
    };
  }

  /** Without Keycloak nobody can sign in, but who is signed in goes on: no reason to send requests elsewhere. */
  override checks(): Readonly<Record<string, ReadinessCheck>> {
    return {
      ...super.checks(),
      keycloak: () =>
        this.#keycloak.check().then(
          () => undefined,
          () => 'degraded' as const,
        ),
    };
  }

  override async verify(): Promise<void> {
    // First of all, when there is no connection to close yet.
    await this.#verifyKeycloak();
    await super.verify();
  }

  override async close(): Promise<void> {
    await this.#keycloakServices?.sessions.close();
    await super.close();
  }

  async #verifyKeycloak(): Promise<void> {
    try {
      await this.#keycloak.verify();
    } catch (err) {
      if (!(err instanceof KeycloakUnavailableError)) throw err;
      this.log.warn({ err }, 'Keycloak cannot be reached: until it can, nobody can sign in');
    }
  }
}
