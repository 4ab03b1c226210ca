import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readCommandLine } from '../runtime/command-line.js';

const { values } = readCommandLine({
  usage: 'npm run rules [-- --check]',
  about: 'Writes deploy/components/alerts/prometheus-rule.yaml from monitoring/rules/, which stay the one source.',
  flags: {
    check: {
      type: 'boolean',
      help: 'only compares, also the objectives of serving.yaml with those that the rules were made for',
    },
  },
  example: 'npm run rules -- --check',
  exitCodes: { 0: 'written, or everything agrees', 1: 'a rule is wrong or something does not agree' },
});

const root = fileURLToPath(new URL('..', import.meta.url));
const RESOURCE = 'deploy/components/alerts/prometheus-rule.yaml';
const read = (path) => readFileSync(root + path, 'utf8').replaceAll('\r\n', '\n');

const names = readdirSync(`${root}monitoring/rules`)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const rules = names.map((name) => read(`monitoring/rules/${name}`));
const problems = [];

for (const [i, text] of rules.entries()) {
  if (!Array.isArray(parse(text)?.groups)) problems.push(`monitoring/rules/${names[i]}: expected a list "groups:"`);
}
// The file's own head, and under it the groups of every file, two columns further in.
const head = read(RESOURCE).split(/(?<=^ {2}groups:\n)/m)[0];
const groups = rules.map((text) => (text.split(/^groups:\n/m)[1] ?? '').replace(/^(?=.)/gm, '  '));
const resource = head + groups.map((text) => `${text.trimEnd()}\n`).join('');

if (!values.check) {
  if (problems.length === 0) writeFileSync(root + RESOURCE, resource);
} else {
  if (read(RESOURCE) !== resource) problems.push(`${RESOURCE} does not follow monitoring/rules/: npm run rules`);
  const { availability = 99.9, latencyMs = 250 } = parse(read('serving.yaml')).objectives ?? {};
  const slo = names.includes('slo.yaml') ? read('monitoring/rules/slo.yaml') : undefined;
  for (const [key, promise] of [
    ['availability', `${availability} % of the predictions must be answered`],
    ['latencyMs', `99 % of the predictions must be answered within ${latencyMs} ms`],
  ]) {
    if (slo !== undefined && !slo.includes(`${promise}.`)) {
      problems.push(
        `serving.yaml objectives.${key}: monitoring/rules/slo.yaml was made for another objective. ` +
          'Set both by: npx create-ml-serving regenerate --set availabilityObjective=... --set latencyObjectiveMs=...',
      );
    }
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
