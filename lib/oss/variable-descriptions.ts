import type { z } from 'zod';
import { type VariableGroup, variablesIn } from './read-variables.ts';

/** One variable of the environment, for people. */
export interface VariableDescription {
  readonly name: string;
  /** What it says, in a sentence or two without markup but backticks. */
  readonly description: string;
  /** What counts where it is unset; undefined when nothing does. */
  readonly preset: string | undefined;
  /** Whether a start without it ends. */
  readonly isNeeded: boolean;
}

/** The variables of a group as its schema describes them, in the order of the schema. */
export function describeVariables(group: VariableGroup): readonly VariableDescription[] {
  return Object.entries(variablesIn(group.schema({}))).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    preset: presetOf(schema),
    isNeeded: !schema.safeParse(undefined).success,
  }));
}

function presetOf(schema: z.ZodType): string | undefined {
  if (!('def' in schema) || typeof schema.def !== 'object') return undefined;
  const { defaultValue } = schema.def as { readonly defaultValue?: string | number };
  // A schema has the empty text where nothing counts.
  return defaultValue === undefined || defaultValue === '' ? undefined : String(defaultValue);
}
