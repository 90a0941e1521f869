import { AggregatorRegistry } from 'prom-client';

/** The sum of metrics, as `getMetricsAsJSON` of prom-client gives them. Loaded when there is something to add up. */
export async function sumMetrics<T>(metrics: readonly (readonly T[])[]): Promise<readonly T[]> {
  const sum = AggregatorRegistry.aggregate(metrics.map((each) => [...each]));
  return (await sum.getMetricsAsJSON()) as unknown as readonly T[];
}
