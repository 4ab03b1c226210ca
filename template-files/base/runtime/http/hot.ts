import type { Route } from './exchange.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const NO_PARAMS = {};

/**
 * Finds the hot route of a request without Express, whose set-up of a request costs more than a small model's run. Anything
 * out of the ordinary (an escape in the path, a trailing slash) is left to Express: both ways end in the same handler.
 */
export function createHotMatcher(routes: readonly Route[]): (method: string, url: string) => Match | undefined {
  const hot = routes.filter((route) => route.hot);
  const fixed = new Map(
    hot.filter(({ path }) => !path.includes(':')).map((route) => [route.path, { route, params: NO_PARAMS }]),
  );
  const patterns = hot
    .filter(({ path }) => path.includes(':'))
    .map((route) => ({ route, parts: route.path.split('/') }));

  return (method, url) => {
    if (method !== 'POST') return undefined;
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
