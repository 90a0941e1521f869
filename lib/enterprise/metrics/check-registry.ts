import { ConfigurationError } from '../../oss/errors.ts';

/** What is asked of a registry here, and by prom-client of one that metrics are registered in. */
const METHODS = ['metrics', 'getMetricsAsJSON', 'getSingleMetric', 'registerMetric'] as const;

/**
 * A host may give a registry of its own, of its own copy of prom-client: it is known by what it can do, not by its class.
 *
 * @throws ConfigurationError for what is no registry.
 */
export function checkRegistry(registry: unknown): void {
  const given = (registry ?? {}) as Record<string, unknown>;
  const missing = METHODS.filter((name) => typeof given[name] !== 'function');
  if (missing.length === 0) return;
  throw new ConfigurationError(
    `config.metrics.registry is no Registry of prom-client: it has no ${missing.map((name) => `${name}()`).join(', ')}.`,
  );
}
