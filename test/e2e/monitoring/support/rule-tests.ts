import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ownPackage } from '../../../../generators/app/package.ts';
import type { GivenAnswers } from '../../../../generators/questions/answers.ts';
import { settleAnswers } from '../../../../generators/questions/settle.ts';
import { featureRules } from '../../../../generators/render/features/declarations.ts';
import { loadTemplate } from '../../../../generators/render/load-template.ts';
import { renderTree } from '../../../../generators/render/render-tree.ts';
import { sampleOf } from '../../../../generators/render/samples.ts';
import { tool } from '../../delivery/support/tools.ts';
import { inTemporaryFolder } from '../../support/folder.ts';
import { type Result, run } from '../../support/run.ts';

/* promtool's tests of the rules (template-files/base/monitoring-tests). They stay in this project. */

const FOLDER = 'monitoring-tests/';
const { version, templateFolder } = ownPackage();
const shipped = loadTemplate(templateFolder, version);
const template = { ...shipped, spec: { ...shipped.spec, notRendered: [] } };
const context = {
  directoryName: 'my-model',
  features: featureRules(template),
  sample: (type: Parameters<typeof sampleOf>[1]) => sampleOf(template, type),
};

/** The tests of the rules that a repository has, by file name: rendered with its own answers. */
export function ruleTestsOf(directory: string): ReadonlyMap<string, string> {
  const answers = parse(readFileSync(join(directory, '.ml-serving', 'answers.yaml'), 'utf8')) as GivenAnswers;
  const rules = (name: string) => name.replace(/(-windows|-weeks|-past)?_test\.yaml$/, '');
  const tree = renderTree(settleAnswers(answers, context), template);
  return new Map(
    [...tree].flatMap(([path, { bytes }]): [string, string][] => {
      const name = path.slice(FOLDER.length);
      const isOwn = path.startsWith(FOLDER) && tree.has(`monitoring/rules/${rules(name)}.yaml`);
      return isOwn ? [[name, Buffer.from(bytes).toString('utf8')]] : [];
    }),
  );
}

/** promtool's word on the rules of a repository, by all tests or by some files of them. */
export function testRules(directory: string, names = [...ruleTestsOf(directory).keys()]): Promise<Result> {
  const tests = ruleTestsOf(directory);
  if (tests.size < 5) throw new Error('there are hardly any tests of rules');
  return inTemporaryFolder((folder) => {
    const rules = join(directory, 'monitoring', 'rules');
    mkdirSync(join(folder, FOLDER));
    for (const name of names) {
      const text = (tests.get(name) ?? '').replaceAll('../monitoring/rules', rules);
      writeFileSync(join(folder, FOLDER, name), text);
    }
    return run(tool('promtool'), ['test', 'rules', ...names.map((name) => FOLDER + name)], { cwd: folder });
  });
}
