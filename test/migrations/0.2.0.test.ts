import { migration } from '../../generators/migrations/0.2.0/migration.ts';

const readme = migration.files?.['README.md'] ?? ((text: string) => text);

it('takes the version out of the last line of the template, and nothing else', () => {
  const old =
    '# a\n\nMade with create-ml-serving, template 0.1.0. `npx create-ml-serving regenerate` brings more.\n\n## Ours\n';
  expect(readme(old)).toBe(old.replace(', template 0.1.0', ''));
  expect(readme(readme(old))).toBe(readme(old));
  for (const text of ['', '# ours\n', 'We are made with create-ml-serving, template 0.1.0. Really.\n']) {
    expect(readme(text)).toBe(text);
  }
});

it('brings the drift reference only where the sample model is still the one that is served', () => {
  const { to, stands } = migration.belongs?.['model/reference.json'] ?? { to: '', stands: () => false };
  const yaml = (hash: string) => `model:\n  name: m\n  sha256: ${hash} # of the file\nlimits: {}\n`;
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  expect(to).toBe('serving.yaml');
  expect(stands(yaml(a), `# ours\n${yaml(`"${a}"`)}`)).toBe(true);
  expect(stands(yaml(a), yaml(b))).toBe(false);
  expect(stands(yaml(a), '')).toBe(false);
});
