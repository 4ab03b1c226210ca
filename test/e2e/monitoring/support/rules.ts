import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ruleTestsOf } from './rule-tests.ts';

export interface Rule {
  readonly expr: string;
  readonly record?: string;
  readonly alert?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Alerts {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[] | null;
}

const yamlFiles = (directory: string, folder: string) =>
  readdirSync(join(directory, 'monitoring', folder)).map((name) =>
    parse(readFileSync(join(directory, 'monitoring', folder, name), 'utf8')),
  );

export function rulesOf(directory: string): readonly Rule[] {
  const files = yamlFiles(directory, 'rules') as { groups: { rules: Rule[] }[] }[];
  return files.flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
}

/** What the tests of the rules expect of alerts. */
export function expectationsOf(directory: string): readonly Alerts[] {
  const texts = [...ruleTestsOf(directory).values()];
  const files = texts.map((text) => parse(text)) as { tests: { alert_rule_test?: Alerts[] }[] }[];
  return files.flatMap(({ tests }) => tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test));
}

/** Names of metrics in a query: those of the service, of its process and of the rules. */
export function metricsIn(text: string): readonly string[] {
  const found =
    text.match(/\b(namespace_job[a-z0-9_]*:[a-z0-9_:]+|(?:ml_serving|process|nodejs)_[a-z0-9_]+)\b(?!:)/g) ?? [];
  return [...new Set(found)];
}
