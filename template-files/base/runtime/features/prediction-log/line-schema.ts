import type { LoggedShadow } from './prediction-log.ts';

/**
 * The version of the lines' form, schema/prediction-log.schema.json. Lines without it are of version 1. A field that is added does not
 * change it; one that is removed, renamed or of another type does.
 */
export const LOG_SCHEMA = 2;

export type LoggedMethod = 'predict' | 'infer';

/** Which interface a request used: the service's own, or the Open Inference Protocol's. @param route its label */
export function methodOf(route: string): LoggedMethod {
  return route.endsWith('/infer') ? 'infer' : 'predict';
}

/** The line of a shadow's answer, from behind `"id":"` on. */
export function shadowLine(
  shadow: LoggedShadow,
  { model, templateVersion }: { readonly model: string; readonly templateVersion: string },
): string {
  const { id, answerId, route, model: variant, totalMs, queue, run, outputs } = shadow;
  const { mode, outcome, reason, difference } = shadow;
  const isAnswered = outputs !== undefined;
  const fields = {
    route,
    ...(isAnswered && { status: 200 }),
    schema: LOG_SCHEMA,
    method: methodOf(route),
    model,
    version: variant.version,
    sha256: variant.sha256,
    variant: variant.name,
    template: templateVersion,
    msg: 'shadow',
    ...(totalMs !== undefined && { ms: thousandths(totalMs) }),
    ...(isAnswered && { stages: { queue: thousandths(queue), run: thousandths(run) } }),
    ...(answerId !== undefined && { requestId: id }),
    shadow: { mode, outcome, reason, difference },
  };
  const rest = JSON.stringify(fields).slice(1, -1);
  const name = JSON.stringify(answerId ?? id).slice(1, -1);
  return `${name}",${rest}${isAnswered ? `,"outputs":${outputs}` : ''}}\n`;
}

function thousandths(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
