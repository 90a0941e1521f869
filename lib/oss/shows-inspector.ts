import type { Request } from 'express';
import { isDirectLoopback } from '../loopback.ts';
import { isBehindProxy } from './behind-proxy.ts';
import type { Environment } from './environment.ts';

/** Whether the stack inspector, where it is on, answers this request: only the operator, at this machine, sees it. */
export function showsInspector(
  environment: Pick<Environment, 'PUBLIC_URL' | 'STACK_INSPECTOR'>,
  req: Request,
): boolean {
  return environment.STACK_INSPECTOR && !isBehindProxy(environment) && isDirectLoopback(req);
}
