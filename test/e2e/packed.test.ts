import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { elsewhere, installedPackage, tarballFolder } from './support/packed.ts';
import { cli } from './support/run.ts';

const shipped = readdirSync(installedPackage, { recursive: true, encoding: 'utf8' }).map((path) =>
  path.replaceAll('\\', '/'),
);

test('it is small, and brings no other package along', () => {
  const tarball = readdirSync(tarballFolder).find((name) => name.endsWith('.tgz')) as string;
  expect(statSync(join(tarballFolder, tarball)).size).toBeLessThan(5e6);
  const size = shipped.reduce((sum, path) => sum + statSync(join(installedPackage, path)).size, 0);
  expect(size).toBeLessThan(5e6);
  const packages = readdirSync(join(elsewhere, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(packages).toEqual(['create-ml-serving']);
});

test('it holds the template whole, under names that npm does not drop, and no left-overs', () => {
  expect(shipped).toEqual(
    expect.arrayContaining([
      'dist/create-ml-serving.js',
      'docs/answers.schema.json',
      'docs/preset.schema.json',
      'LICENSE',
      'CHANGELOG.md',
      'template-files/template.json',
      'template-files/base/_gitignore',
      'template-files/base/_npmrc',
      'template-files/base/package-lock.json',
      'template-files/base/serving.yaml',
      'template-files/base/model/model.onnx',
    ]),
  );
  expect(shipped.filter((path) => /node_modules|tsbuildinfo|base\/dist|\.env|^test|^generators/.test(path))).toEqual(
    [],
  );
});

test('it says its version and its help', async () => {
  const version = await cli(['--version']);
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  const help = await cli(['--help']);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('Usage: create-ml-serving');
});
