import { AggregatorRegistry, type Registry } from 'prom-client';
import { type FirstProcess, METRICS } from '../../oss/first-process.ts';

/**
 * Tells the metrics of a server in the text format of Prometheus: of several workers their sum, whichever of them is asked.
 *
 * @param first - the way to the other workers; undefined where this process is all there is.
 */
export function metricsOfAll(registry: Registry, first: FirstProcess | undefined): () => Promise<string> {
  if (first === undefined) return () => registry.metrics();
  first.onAsked(METRICS, () => registry.getMetricsAsJSON());
  return async () => {
    const all = await first.ask(METRICS).catch(() => undefined);
    return all === undefined ? registry.metrics() : AggregatorRegistry.aggregate(all as object[]).metrics();
  };
}
