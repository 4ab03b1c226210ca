import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRepository } from '../../generators/app/create.ts';
import type { CreateJob } from '../../generators/app/job.ts';
import { ownPackage } from '../../generators/app/package.ts';
import { planRepository } from '../../generators/app/plan.ts';
import { bytesOf } from '../../generators/contents.ts';
import { NO_POLICY } from '../../generators/policy/policy.ts';
import { BASE_PATH, MANIFEST_PATH } from '../../generators/project/manifest.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { answersWith, template } from '../fixtures/template.ts';
import { folderWith } from '../support/folder.ts';
import { git } from '../upgrade/harness.ts';

test('the files that were written are counted without the record', async () => {
  const path = join(folderWith({}), 'made');
  const answers = answersWith();
  const job = {
    target: { path, state: 'absent', entries: [] },
    template,
    policy: NO_POLICY,
    dryRun: false,
    install: false,
    git: false,
  } as unknown as CreateJob;
  const told: string[] = [];
  const { plan } = await createRepository(job, answers, (line) => told.push(line));
  const own = plan.files.filter(({ owner }) => owner !== 'record');
  expect(plan.files.length - own.length).toBe(3);
  expect(told).toEqual([`Wrote ${own.length} files to ${path}`]);
});

test('Git shows no diff of the base, and hosts fold it and the manifest', () => {
  const { version, templateFolder } = ownPackage();
  const real = loadTemplate(templateFolder, version);
  const answers = settleAnswers({}, { directoryName: 'x', sample: (type) => sampleOf(real, type) });
  const root = folderWith({});
  for (const { path, bytes } of planRepository(answers, { template: real }).files) {
    if (!path.startsWith('.ml-serving/') && path !== '.gitattributes') continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytesOf(bytes));
  }
  git(root, 'init', '-q');
  const attributes = (path: string) => git(root, 'check-attr', 'diff', 'text', 'linguist-generated', '--', path);
  expect(attributes(BASE_PATH)).toBe(
    [`${BASE_PATH}: diff: unset`, `${BASE_PATH}: text: unset`, `${BASE_PATH}: linguist-generated: set\n`].join('\n'),
  );
  expect(attributes(MANIFEST_PATH)).toContain('linguist-generated: set');
});
