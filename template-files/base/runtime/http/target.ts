/** What a request line names: a path and a query, in whichever of HTTP's forms. Nothing of it is trusted, and nothing here throws. */

const ORIGIN = /^https?:\/\/[^/?#]*/i;

/**
 * The target as a path with its query. Proxies and some clients name the whole URL (RFC 9112, 3.2.2), of which host and port, which need not even be
 * valid, are not for this service to judge. What is neither (`*`) stays as it is, and is no route.
 */
export function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  const origin = ORIGIN.exec(target)?.[0];
  if (origin === undefined) return target;
  const rest = target.slice(origin.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The parameters of a target's query. Broken escapes stay as they are. */
export function queryOf(target: string): URLSearchParams {
  const [withoutFragment = ''] = target.split('#', 1);
  const start = withoutFragment.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : withoutFragment.slice(start + 1));
}
