import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import stringify from 'json-stringify-pretty-compact';
import { parse } from 'yaml';
import { buildDashboard } from './build.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../../template-files/base/monitoring/grafana/dashboards/', import.meta.url));

/** Every dashboard: where it belongs, and its JSON. */
export function dashboards() {
  return readdirSync(here)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const data = parse(readFileSync(here + name, 'utf8'));
      return {
        path: target + name.replace('.yaml', '.json'),
        text: `${stringify(buildDashboard(data), { maxLength: 140 })}\n`,
      };
    });
}
