import type { Config } from '../../config.ts';
import type { Route } from '../exchange.ts';
import { type AddedOperations, openApiDocument } from '../openapi/document.ts';
import { jsonText } from '../reply.ts';

/** GET /openapi.json describes the other routes, and itself. Written at the first request: most processes are never asked. */
export function openApiRoute(
  config: Config,
  others: readonly Route[],
  versions: readonly string[],
  added: AddedOperations,
): Route {
  let text: string | undefined;
  const route: Route = {
    method: 'GET',
    path: '/openapi.json',
    label: '/openapi.json',
    handler: () => {
      text ??= JSON.stringify(openApiDocument(config, [...others, route], versions, added), null, 2);
      return jsonText(text);
    },
  };
  return route;
}
