import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING, stamp } from '../delivery/support/stamp.ts';
import { describeValidators } from '../delivery/support/validators/describe.ts';
import { temporaryFolder } from '../support/folder.ts';
import { monitoringValidators } from './support/validators.ts';

/* Rules, routes and dashboards before the programs that run them, for every answer that changes them. */

const CASES: Readonly<Record<string, readonly string[]>> = {
  defaults: [],
  'a lax objective on GitLab, no feature': [
    'features=none',
    'ci=gitlab',
    'availabilityObjective=95',
    'latencyObjectiveMs=1000',
    'name=x',
  ],
  'a strict objective, every feature': [
    ...EVERYTHING,
    'availabilityObjective=99.999',
    'latencyObjectiveMs=37',
    'repository=https://git.example.com:8443/a/b.c',
  ],
};

describeValidators(monitoringValidators, {
  casesOf: () => Object.entries(CASES),
  plant: 'replaceAll',
  timeout: 120_000,
});

const folder = temporaryFolder();

test('the receivers’ examples, with their comment signs taken away, are configuration that Alertmanager takes', async () => {
  const directory = join(folder, 'receivers');
  cpSync(await stamp([]), directory, { recursive: true });
  const path = join(directory, 'monitoring', 'alertmanager', 'alertmanager.yaml');
  const text = readFileSync(path, 'utf8');
  const filled = text.replace(/^ {2}# {3}/gm, '    ');
  expect(filled).toMatch(/^ {4}pagerduty_configs:\n {6}- routing_key_file:/m);
  expect(filled).toMatch(/^ {4}slack_configs:\n/m);
  expect(filled).toMatch(/^ {4}webhook_configs:\n/m);
  writeFileSync(path, filled);
  const amtool = monitoringValidators['amtool (configuration, routes)'];
  const { code, stdout, stderr } = (await amtool?.judge(directory)) ?? {};
  expect(`${code} ${code === 0 ? '' : `${stdout}${stderr}`}`).toBe('0 ');
}, 60_000);
