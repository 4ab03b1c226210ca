import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tool, toolEnv } from '../../delivery/support/tools.ts';
import type { Validator } from '../../delivery/support/validators/validator.ts';
import { inTemporaryFolder } from '../../support/folder.ts';
import { npmTool } from '../../support/npm-tool.ts';
import { type Result, run } from '../../support/run.ts';
import { typeCheck } from '../../support/type-check.ts';
import { queriesOf } from './dashboards.ts';
import { testRules } from './rule-tests.ts';

const script = (which: string) => (cwd: string) => run('sh', ['scripts/monitoring.sh', which], { cwd, env: toolEnv() });

/** What real programs say about the files of monitoring/, by program. */
export const monitoringValidators: Readonly<Record<string, Validator>> = {
  'promtool (tests of the rules)': {
    judge: (directory) => testRules(directory),
    faults: [
      {
        sets: [],
        file: 'monitoring/rules/saturation.yaml',
        find: 'ratio{job="my-model",namespace!~".+-staging"} > 0.9',
        replace: 'ratio{job="my-model",namespace!~".+-staging"} > 0.99',
        says: /MlServingMemoryNearLimit/,
      },
      {
        sets: [],
        file: 'monitoring/rules/slo.yaml',
        find: '* 30 >= 10',
        replace: '* 30 >= 0.1',
        says: /namespace="below", window="1h"/,
      },
    ],
  },
  'promtool (rules, configuration)': {
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
  'the types of Grafana’s dashboards': {
    judge: grafanaTypes,
    faults: [
      {
        sets: [],
        file: 'monitoring/grafana/dashboards/fleet.json',
        find: '"mode": "absolute"',
        replace: '"mode": "absolut"',
        says: /absolut/,
      },
      {
        sets: [],
        file: 'monitoring/grafana/dashboards/model.json',
        find: '"schemaVersion": 39',
        replace: '"schemaVersion": "39"',
        says: /Type 'string' is not assignable to type 'number'/,
      },
      {
        sets: [],
        file: 'monitoring/grafana/dashboards/service.json',
        find: '"graphTooltip"',
        replace: '"graphTooltips"',
        says: /graphTooltips.* does not exist/,
      },
    ],
  },
};

/** The compiler judges the JSON as a literal of the type that Grafana publishes, whose enums are strings in JSON. */
async function grafanaTypes(directory: string): Promise<Result> {
  const schema = await npmTool('@grafana/schema', '12.4.0');
  const dashboards = join(directory, 'monitoring', 'grafana', 'dashboards');
  const texts = readdirSync(dashboards).map((name) => readFileSync(join(dashboards, name), 'utf8'));
  const values = texts.map((text, i) => `export const d${i}: Json = ${text};\n`);
  return typeCheck('dashboards.ts', GRAFANA_TYPES + values.join(''), dirname(dirname(schema)));
}

const GRAFANA_TYPES = `import type { AnnotationQuery, Dashboard, DataQuery } from '@grafana/schema';
type Plain<T> = T extends string ? \`\${T}\` : T extends number ? number : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
/** What Prometheus' annotations have besides. */
interface Annotation extends AnnotationQuery<DataQuery & { expr: string }> { titleFormat?: string; textFormat?: string }
type Json = Omit<Plain<Dashboard>, 'annotations'> & { annotations: { list: Plain<Annotation>[] } };
`;

/** Each query in a throw-away file of rules, which is how promtool parses one without a server. */
async function dashboards(directory: string): Promise<Result> {
  const rules = queriesOf(directory, '1m').map(({ expr }, i) => ({ record: `query:${i}`, expr }));
  if (rules.length < 25) throw new Error('the dashboards hold hardly any query');
  return inTemporaryFolder((folder) => {
    const file = join(folder, 'queries.yaml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    return run(tool('promtool'), ['check', 'rules', file]);
  });
}
