import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature } from '../../feature.ts';
import type { Route } from '../../http/exchange.ts';
import { ROOT } from '../../root.ts';

const FILES = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** The page loads its own three files and talks to this service alone. */
const HEADERS = [
  'Content-Security-Policy',
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
  'Cache-Control',
  'no-cache',
];

/** A page to try the model, at /. */
export const page: Feature = { name: 'page', open: () => ({ routes: pageRoutes() }) };

function pageRoutes(): readonly Route[] {
  return FILES.map(({ path, file, type }) => {
    const body = readFileSync(join(ROOT, 'public', file));
    return { method: 'GET', path, label: path, handler: () => ({ status: 200, type, body, headers: HEADERS }) };
  });
}
