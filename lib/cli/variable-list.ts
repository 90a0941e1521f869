import { hangingIndent } from '../compose/diagnose/hanging-indent.ts';
import { SAAS_VARIABLES } from '../enterprise/environment.ts';
import { KEYCLOAK_VARIABLES } from '../enterprise/keycloak/environment.ts';
import { OSS_VARIABLES } from '../oss/environment.ts';
import { describeVariables, type VariableDescription } from '../oss/variable-descriptions.ts';

const GROUPS = [OSS_VARIABLES, SAAS_VARIABLES, KEYCLOAK_VARIABLES];

/** Every variable of the editions, for the help of a command. */
export function variableList(columns: number): string {
  return GROUPS.map((group) => {
    const variables = describeVariables(group).map((variable) => entry(variable, columns));
    return `${group.title}:\n${variables.join('\n')}`;
  }).join('\n\n');
}

function entry({ name, description, preset, isNeeded }: VariableDescription, columns: number): string {
  const value = isNeeded ? ' (needed)' : preset === undefined ? '' : `=${preset}`;
  return `  ${name}${value}\n${hangingIndent('      ', description, 6, columns)}`;
}
