// `npm run dashboards`: writes the template's Grafana dashboards from scripts/dashboards/*.yaml.
import { writeFileSync } from 'node:fs';
import { dashboards } from './dashboards/read.mjs';

for (const { path, text } of dashboards()) writeFileSync(path, text);
