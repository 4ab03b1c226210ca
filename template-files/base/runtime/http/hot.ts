import type { Route } from './exchange.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export type FindRoute = (method: string, url: string) => Match | undefined;

const NO_PARAMS = {};

/**
 * Finds the hot route of a request without Express, whose set-up of a request costs more than a small model's run. Anything
 * out of the ordinary (an escape in the path, a trailing slash) is left to Express: both ways end in the same handler.
 */
export function createHotMatcher(routes: readonly Route[]): FindRoute {
  const find = createPathMatcher(routes.filter((route) => route.hot));
  return (method, url) => (method === 'POST' ? find(url) : undefined);
}

/** Finds any route by its path as it is written, for what is noted of a request that Express has not routed. */
export function createRouteMatcher(routes: readonly Route[]): FindRoute {
  const [get, post] = (['GET', 'POST'] as const).map((method) =>
    createPathMatcher(routes.filter((route) => route.method === method)),
  );
  return (method, url) =>
    method === 'POST' ? post?.(url) : method === 'GET' || method === 'HEAD' ? get?.(url) : undefined;
}

function createPathMatcher(routes: readonly Route[]): (url: string) => Match | undefined {
  const fixed = new Map(
    routes.filter(({ path }) => !path.includes(':')).map((route) => [route.path, { route, params: NO_PARAMS }]),
  );
  const patterns = routes
    .filter(({ path }) => path.includes(':'))
    .map((route) => ({ route, parts: route.path.split('/') }));

  return (url) => {
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const match = fixed.get(path);
    if (match || path.includes('%')) return match;
    const parts = path.split('/');
    for (const { route, parts: pattern } of patterns) {
      if (pattern.length !== parts.length) continue;
      const params: Record<string, string> = {};
      const fits = pattern.every((part, i) => {
        if (!part.startsWith(':')) return part === parts[i];
        params[part.slice(1)] = parts[i] ?? '';
        return parts[i] !== '';
      });
      if (fits) return { route, params };
    }
    return undefined;
  };
}
