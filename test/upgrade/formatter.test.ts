import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeAll } from '../../generators/regenerate/describe.ts';
import { putFiles } from '../support/folder.ts';
import { commit, edit, git, prepare, read, stampOut, upgrade } from './harness.ts';

const BIOME_JSON = `${JSON.stringify({
  formatter: { indentStyle: 'space', indentWidth: 4 },
  javascript: { formatter: { quoteStyle: 'double' } },
})}\n`;

/** A repository whose team formats it by Biome with another configuration, and has edited what the template changes. */
function formatted(): string {
  const root = stampOut('1.0.0');
  writeFileSync(join(root, '.git/info/exclude'), 'node_modules\n');
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(realpathSync('node_modules/@biomejs'), join(root, 'node_modules/@biomejs'), 'dir');
  putFiles(root, { 'biome.json': BIOME_JSON });
  edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'ok', team: 'ours' };");
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  execFileSync(process.execPath, [biome, 'format', '--write', 'src', 'test'], { cwd: root, stdio: 'ignore' });
  expect(read(root, 'src/app.mjs')).toMatch(/^ {4}return.*"ours"/m);
  commit(root, 'our format');
  return root;
}

describe('a repository that its own formatter has rewritten', () => {
  it('is merged without a conflict where the formatter is asked for, and stays in its form', async () => {
    const root = formatted();
    const { conflicts, plan } = await upgrade(root, '1.1.0', { format: true });
    expect(conflicts).toBeNull();
    expect(describeAll(plan.outcomes)).toContainEqual({
      word: 'merge',
      path: 'src/app.mjs',
      detail: 'your edit and the template’s change; formatted by biome',
    });
    const app = read(root, 'src/app.mjs');
    expect(app).toContain('team: "ours"');
    expect(app).toContain('count("ml_serving_requests_total")');
    expect(app).not.toMatch(/^ {2}\S/m);
    // What the template rendered is remembered as it was: the next upgrade is the same.
    commit(root, 'upgrade');
    expect(prepare(root, '1.1.0').changes).toEqual([]);
    expect((await upgrade(root, '2.0.0', { format: true })).conflicts).toBeNull();
    expect(read(root, 'src/app.mjs')).not.toMatch(/^ {2}\S/m);
  });

  it('runs none of its code without that, and the conflict names what to run', async () => {
    const root = formatted();
    const { conflicts, formatAdvice } = await upgrade(root, '1.1.0');
    expect(conflicts?.conflicts.map(({ path }) => path)).toContain('src/app.mjs');
    expect(formatAdvice).toEqual({
      tool: 'biome',
      command: 'create-ml-serving regenerate --format',
      paths: ['src/app.mjs'],
    });
  });

  it('is told to install a formatter that it declares and does not have; nothing is fetched', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, { '.prettierrc': '{}\n' });
    edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
    commit(root, 'ours');
    expect(prepare(root, '1.1.0').formatAdvice).toEqual({
      tool: 'prettier',
      command: 'npm install, then create-ml-serving regenerate --format',
      paths: ['src/app.mjs'],
    });
    expect(prepare(root, '1.1.0', { format: true }).conflicts?.conflicts).toHaveLength(1);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('whose formatter fails is merged as it is', async () => {
    const root = formatted();
    putFiles(root, { 'biome.json': '{ "formatter": "none" }\n' });
    commit(root, 'a broken configuration');
    const { conflicts } = prepare(root, '1.1.0', { format: true });
    expect(conflicts?.conflicts.map(({ path }) => path)).toContain('src/app.mjs');
  });

  it('has no advice to read where it only has what the template brings', () => {
    const root = stampOut('1.0.0');
    edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
    edit(root, 'package.json', '"dependencies": {}', '"dependencies": { "@biomejs/biome": "2.0.0" }');
    commit(root, 'ours');
    expect(prepare(root, '1.1.0')).toMatchObject({
      formatAdvice: null,
      conflicts: { conflicts: [{ path: 'src/app.mjs' }] },
    });
  });

  it('is left alone where the file is not in the formatter’s form', async () => {
    const root = stampOut('1.0.0');
    const ran = join(root, '..', 'ran');
    putFiles(root, {
      'node_modules/prettier/package.json': '{ "name": "prettier", "bin": "bin.cjs" }',
      'node_modules/prettier/bin.cjs': `require('fs').writeFileSync(${JSON.stringify(ran)}, 'x'); process.stdin.pipe(process.stdout); process.stdout.write('// formatted\\n');`,
      '.prettierrc': '{}\n',
    });
    edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'fine' };");
    commit(root, 'ours');
    prepare(root, '1.1.0');
    expect(existsSync(ran)).toBe(false);
    const { plan } = prepare(root, '1.1.0', { format: true });
    expect(existsSync(ran)).toBe(true);
    const outcome = plan.outcomes.find(({ path }) => path === 'src/app.mjs');
    expect([outcome?.decision, outcome?.notes]).toEqual(['merge', []]);
  });
});
