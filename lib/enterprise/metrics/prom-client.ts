/**
 * What is used of prom-client. Its index loads its default metrics as well, and with them the API of OpenTelemetry: seventy
 * modules that no start needs. The classes are the very ones that its index has.
 */
import type * as promClient from 'prom-client';
import CounterClass from 'prom-client/lib/counter.js';
import GaugeClass from 'prom-client/lib/gauge.js';
import HistogramClass from 'prom-client/lib/histogram.js';
import RegistryClass from 'prom-client/lib/registry.js';

export const Counter: typeof promClient.Counter = CounterClass;
export type Counter<Label extends string = string> = promClient.Counter<Label>;

export const Gauge: typeof promClient.Gauge = GaugeClass;
export type Gauge<Label extends string = string> = promClient.Gauge<Label>;

export const Histogram: typeof promClient.Histogram = HistogramClass;
export type Histogram<Label extends string = string> = promClient.Histogram<Label>;

export const Registry: typeof promClient.Registry = RegistryClass;
export type Registry = promClient.Registry;
