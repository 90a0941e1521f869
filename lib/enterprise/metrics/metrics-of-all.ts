import { AggregatorRegistry, type Registry } from 'prom-client';
import { HttpError } from '../../oss/errors.ts';
import { type FirstProcess, METRICS } from '../../oss/first-process.ts';

/**
 * Tells the metrics of a server in the text format of Prometheus: of several workers their sum, whichever of them is asked.
 * Those of one of them alone are never told: the sums would fall, which Prometheus takes for a restart.
 *
 * @param first - the way to the other workers; undefined where this process is all there is.
 */
export function metricsOfAll(registry: Registry, first: FirstProcess | undefined): () => Promise<string> {
  if (first === undefined) return () => registry.metrics();
  first.onAsked(METRICS, () => registry.getMetricsAsJSON());
  return async () => {
    const all = await first.ask(METRICS).catch((cause: unknown) => {
      throw new HttpError(
        503,
        'metrics_unavailable',
        'The first process does not tell what the workers have counted.',
        { cause },
      );
    });
    return AggregatorRegistry.aggregate(all as object[]).metrics();
  };
}
