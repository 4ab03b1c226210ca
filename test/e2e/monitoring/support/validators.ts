import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool, toolEnv } from '../../delivery/support/tools.ts';
import type { Validator } from '../../delivery/support/validators/validator.ts';
import { type Result, run } from '../../support/run.ts';
import { queriesOf } from './dashboards.ts';

const script = (which: string) => (cwd: string) => run('sh', ['scripts/monitoring.sh', which], { cwd, env: toolEnv() });

/** What real programs say about the files of monitoring/, by program. */
export const monitoringValidators: Readonly<Record<string, Validator>> = {
  'promtool (rules, their tests, configuration)': {
    judge: script('prometheus'),
    faults: [
      {
        sets: [],
        file: 'monitoring/rules/health.yaml',
        find: 'max by (namespace, job)',
        replace: 'max by namespace, job)',
        says: /parse error/,
      },
      {
        sets: [],
        file: 'monitoring/rules/saturation.yaml',
        find: 'ratio{job=~"my-model(-candidate)?",namespace!~".+-staging"} > 0.9',
        replace: 'ratio{job=~"my-model(-candidate)?",namespace!~".+-staging"} > 0.99',
        says: /MlServingMemoryNearLimit/,
      },
      {
        sets: [],
        file: 'monitoring/rules/slo.yaml',
        find: '* 30 >= 10',
        replace: '* 30 >= 0.1',
        says: /few requests/,
      },
      {
        sets: [],
        file: 'monitoring/prometheus/prometheus.yaml',
        find: 'scrape_interval: 15s',
        replace: 'scrape_intervall: 15s',
        says: /field scrape_intervall not found/,
      },
    ],
  },
  'amtool (configuration, routes)': {
    judge: script('alertmanager'),
    faults: [
      {
        sets: [],
        file: 'monitoring/alertmanager/alertmanager.yaml',
        find: 'receiver: page',
        replace: 'receiver: nobody',
        says: /undefined receiver "nobody"/,
      },
      {
        sets: [],
        file: 'monitoring/alertmanager/alertmanager.yaml',
        find: 'matchers: [severity = page]',
        replace: 'matchers: [severity = pager]',
        says: /Expected receivers did not match resolved receivers/,
      },
    ],
  },
  'promtool (queries of the dashboards)': {
    judge: dashboards,
    faults: [
      {
        sets: [],
        file: 'monitoring/grafana/dashboards/service.json',
        find: 'sum by (code) (rate(',
        replace: 'sum by (code) rate((',
        says: /parse error/,
      },
    ],
  },
};

/** Each query in a throw-away file of rules, which is how promtool parses one without a server. */
async function dashboards(directory: string): Promise<Result> {
  const rules = queriesOf(directory, '1m').map(({ expr }, i) => ({ record: `query:${i}`, expr }));
  if (rules.length < 50) throw new Error('the dashboards hold hardly any query');
  const folder = mkdtempSync(join(tmpdir(), 'ml-serving-queries-'));
  try {
    writeFileSync(join(folder, 'queries.yaml'), JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    return await run(tool('promtool'), ['check', 'rules', join(folder, 'queries.yaml')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
