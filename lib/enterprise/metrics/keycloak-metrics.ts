/** What an operator sees of Keycloak at `/internal/metrics`; docs/operations explains each. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What came of asking whether a session goes on. `invalid_grant` alone may end it. */
export const CHECK_OUTCOMES = ['goes_on', 'invalid_grant', 'misconfigured', 'unavailable'] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

/** What came of asking for the GitHub token of a user. */
export const BROKER_OUTCOMES = ['given', 'without_token', 'failed', 'misconfigured'] as const;
export type BrokerOutcome = (typeof BROKER_OUTCOMES)[number];

/** What Keycloak is asked for. */
export type KeycloakRequest = 'broker' | 'discovery' | 'keys' | 'revoke' | 'token' | 'other';

/** What is asked when somebody looks. */
export interface KeycloakState {
  /** Resolves when Keycloak answers for the realm. */
  check(): Promise<void>;
  /** How many sessions are still to be ended at Keycloak, by whatever process. */
  logoutsWaiting(): Promise<number>;
}

export class KeycloakMetrics {
  readonly #registry: Registry;
  readonly #requests: Histogram<'request' | 'outcome'>;
  readonly #checks: Counter<'outcome'>;
  readonly #brokerCalls: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#requests = new Histogram({
      name: 'openhands_keycloak_request_duration_seconds',
      help: 'How long Keycloak took to answer, in seconds; error is no answer, or one with a status of 500 or more.',
      labelNames: ['request', 'outcome'],
      buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
      registers,
    });
    this.#checks = new Counter({
      name: 'openhands_keycloak_session_checks_total',
      help: 'Sessions that Keycloak was asked about, by what came of it.',
      labelNames: ['outcome'],
      registers,
    });
    this.#brokerCalls = new Counter({
      name: 'openhands_keycloak_broker_calls_total',
      help: 'Requests for the GitHub token of a user, where Keycloak keeps them, by what came of it.',
      labelNames: ['outcome'],
      registers,
    });
    // So that the first failure is a step from 0, which rate() sees, and not the beginning of a series.
    for (const outcome of CHECK_OUTCOMES) this.#checks.inc({ outcome }, 0);
    for (const outcome of BROKER_OUTCOMES) this.#brokerCalls.inc({ outcome }, 0);
  }

  /** Tells of what is there to be asked from now on. */
  watch(state: KeycloakState): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'openhands_keycloak_up',
      help: '1 when Keycloak answers for the realm, 0 when nobody can sign in; who is signed in goes on.',
      registers,
      aggregator: 'min',
      async collect() {
        const isUp = await state.check().then(
          () => true,
          () => false,
        );
        this.set(Number(isUp));
      },
    });
    new Gauge({
      name: 'openhands_keycloak_logouts_waiting',
      help: 'Sessions still to be ended at Keycloak: the same number in every process on the store.',
      registers,
      aggregator: 'max',
      async collect() {
        // A store that is away has metrics of its own, and must not keep anybody from reading these.
        this.set(await state.logoutsWaiting().catch(() => NaN));
      },
    });
  }

  answered(request: KeycloakRequest, outcome: 'ok' | 'error', seconds: number): void {
    this.#requests.observe({ request, outcome }, seconds);
  }

  checked(outcome: CheckOutcome): void {
    this.#checks.inc({ outcome });
  }

  brokerAnswered(outcome: BrokerOutcome): void {
    this.#brokerCalls.inc({ outcome });
  }
}
