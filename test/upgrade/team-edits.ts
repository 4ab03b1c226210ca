import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { edit, read } from './harness.ts';

/* What teams have made of repositories before 0.10.0: what the README advised, and what the work of a year brings. */

const files: Readonly<Record<string, string>> = {
  'src/ours/price.ts': `import { inputError, ServiceError } from '../errors.ts';

export function price(text: unknown): { price: number } {
  if (process.env['OURS'] === 'closed') throw new ServiceError('INTERNAL', 'closed');
  if (typeof text !== 'string') throw inputError('price', 'a text', text);
  return { price: text.length };
}
`,
  'test/ours.test.ts': `import { price } from '../src/ours/price.ts';
import { bodyOf, boot, type Running } from './helpers/service.ts';

let service: Running;
beforeAll(async () => {
  service = await boot({ own: true });
});
afterAll(() => service.close());

test('the price of a text', async () => {
  expect(price('four')).toEqual({ price: 4 });
  expect(await bodyOf(await fetch(\`\${service.url}/ours/price/four\`))).toEqual({ price: 4 });
});

test('hooks get each instance', async () => {
  const response = await service.post('/predict', { instances: ['none'] });
  expect([response.status, (await bodyOf(response))['code']]).toEqual([400, 'INVALID_INPUT']);
});
`,
  '.env.example': 'TEAM_TOKEN=\n',
};

const GUARD = `import { ServiceError } from './errors.ts';
import type { Guard } from './http/exchange.ts';

export const requireToken: Guard = (req) => {
  if (req.headers['x-team-token'] === process.env['TEAM_TOKEN']) return;
  throw new ServiceError('UNAUTHORIZED', 'expected the header X-Team-Token');
};
`;

/** Whether a release had guards in src/server.ts. */
export function hasGuards(release: string): boolean {
  return Number(release.split('.')[1]) >= 6;
}

/** Whether the sections of the prediction log, of feedback and of variants were there. */
export function hasSections(release: string): boolean {
  return Number(release.split('.')[1]) >= 2;
}

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function addSections(root: string): void {
  const sha256 = /sha256: ([0-9a-f]{64})/.exec(read(root, 'serving.yaml'))?.[1];
  copyFileSync(join(root, 'model/model.onnx'), join(root, 'model/candidate.onnx'));
  copyFileSync(join(root, 'model/golden.json'), join(root, 'model/candidate.golden.json'));
  appendFileSync(
    join(root, 'serving.yaml'),
    `
# Ours.
predictionLog: { mode: full, to: stdout } # the auditors read it
feedback: { ttlSeconds: 7200 }
variants:
  mode: shadow
  candidate: { version: "1.1.0", file: model/candidate.onnx, sha256: ${sha256} }
`,
  );
}

/** Edits a repository of a release, without a commit. */
export function editAsTeamsDo(root: string, release: string): void {
  for (const [path, text] of Object.entries(files)) put(root, path, text);
  edit(
    root,
    'src/app.ts',
    "  app.set('query parser', false);\n",
    `  app.set('query parser', false);

  // Ours: a quick answer.
  app.get('/ours/price/:text', (req, res) => {
    res.json(price(req.params['text']));
  });
`,
  );
  edit(
    root,
    'src/app.ts',
    'import { ServiceError }',
    "import { price } from './ours/price.ts';\nimport { ServiceError }",
  );
  if (hasGuards(release)) {
    put(root, 'src/auth.ts', GUARD);
    edit(root, 'src/server.ts', 'guards: readonly Guard[] = [];', 'guards: readonly Guard[] = [requireToken];');
    edit(
      root,
      'src/server.ts',
      'import type { Guard }',
      "import { requireToken } from './auth.ts';\nimport type { Guard }",
    );
  }
  edit(
    root,
    'src/hooks/preprocess.ts',
    'export const preprocess: Preprocess | undefined = undefined;',
    `export const preprocess: Preprocess | undefined = (instance, index) => {
  if (typeof instance === 'string') throw inputError(\`instances[\${index}]\`, 'an instance', instance);
  return instance;
};`,
  );
  edit(
    root,
    'src/hooks/preprocess.ts',
    'export type Pre',
    "import { inputError } from '../errors.ts';\n\nexport type Pre",
  );
  edit(root, 'src/errors.ts', 'export class ServiceError', "export const TEAM = 'ours';\n\nexport class ServiceError");
  edit(root, 'Dockerfile', 'USER 10001', '# Ours.\nENV OURS=open\nUSER 10001');
  edit(
    root,
    '.github/workflows/checks.yml',
    '      - run: npm ci\n',
    '      - run: npm ci\n      - run: npm run ours\n',
  );
  edit(root, 'package.json', '"scripts": {', '"scripts": {\n    "ours": "npm test -- test/ours.test.ts",');
  appendFileSync(join(root, '.gitignore'), '*.ours\n');
  appendFileSync(join(root, 'README.md'), '\n## Ours\n\nAsk us first.\n');
  if (hasSections(release)) addSections(root);
  rmSync(join(root, 'docs/ONBOARDING.md'));
}

/** The text of each file that is in no way the template's. */
export function ownTexts(root: string): Record<string, string> {
  return Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
