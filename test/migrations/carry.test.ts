import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { carryApp } from '../../generators/migrations/0.10.0/carry/app.ts';
import { carryServer } from '../../generators/migrations/0.10.0/carry/server.ts';
import { releases } from '../upgrade/released.ts';

const labels = { yours: 'yours', base: 'template 0.9.0', theirs: 'template 0.10.0' };
const before = releases.filter((release) => Number(release.split('.')[1]) < 10);
const fileOf = (release: string, path: string) =>
  execFileSync(
    'tar',
    ['-xzOf', join(import.meta.dirname, '../upgrade/released', `${release}.tar.gz`), `my-model/${path}`],
    {
      encoding: 'utf8',
    },
  );

const NEW_APP = `import type { Configure } from '#runtime/api';

/** Yours. */
export const configure: Configure = () => {};
`;
const NEW_SERVER = `import { start } from '#runtime/start';
import { configure } from './app.ts';
import { hooks } from './hooks/index.ts';

/* The entry. */
await start({ configure, hooks });
`;

function edited(text: string, ...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((current, [from, to]) => {
    expect(current).toContain(from);
    return current.replace(from, () => to);
  }, text);
}

describe.each(before)('src/app.ts of %s', (release) => {
  const base = fileOf(release, 'src/app.ts');
  const carry = (yours: string) => carryApp({ base, yours, theirs: NEW_APP, labels });

  test('gives its routes and middleware to configure(), with their imports', () => {
    const yours = edited(
      base,
      [
        "import { OTHER } from './http/routes.ts';\n",
        "import { OTHER } from './http/routes.ts';\nimport { ours } from './ours.ts';\nimport './tracing.ts';\n",
      ],
      [
        "  app.set('query parser', false);\n",
        `  app.set('query parser', false);
  app.use(express.json());
  app.get('/ours', (_req, res) => {
    if (!ready()) throw new ServiceError('NOT_FOUND', 'a "text" with run and serve');
    res.json(ours({ routes: 1 }));
  });
`,
      ],
      ['/** The Express app.', 'const ready = () => true;\n\n/** The Express app.'],
    ).replaceAll("'./errors.ts'", "'#runtime/errors'");
    expect(carry(yours)).toEqual({
      text: `import express from 'express';
import type { Configure } from '#runtime/api';
import { ServiceError } from '#runtime/errors';
import { ours } from './ours.ts';
import './tracing.ts';

const ready = () => true;

/** Yours. */
export const configure: Configure = (app) => {
  app.use(express.json());
  app.get('/ours', (_req, res) => {
    if (!ready()) throw new ServiceError('NOT_FOUND', 'a "text" with run and serve');
    res.json(ours({ routes: 1 }));
  });
};
`,
      conflicts: 0,
      notes: [
        'what you had added to createApp() is in configure() now',
        'your middleware now sees every route, POST /predict and /v2 too, which it did not before: test it with your clients',
      ],
    });
  });

  test.each([
    [
      'uses what configure() has not',
      '  app.use(onError);\n',
      "  app.get('/ours', serve({ label: '/ours', handler: ours }));\n  app.use(onError);\n",
    ],
    ['changes a setting', "  app.set('query parser', false);\n", "  app.set('query parser', 'simple');\n"],
    ['is after the answer to unknown routes', '  app.use(onError);\n', '  app.use(ours);\n  app.use(onError);\n'],
    ['is no whole statement', '  app.use(onError);\n', '  app.use(onError);\n  if (ours) {\n'],
    ['removes lines', "  app.enable('strict routing');\n", ''],
  ])('leaves to the person what %s', (_, from, to) => {
    const result = carry(edited(base, [from, to]));
    expect(result).toMatchObject({ conflicts: 1, notes: [expect.stringContaining('between the markers')] });
    expect(result?.text).toMatch(
      /^export const configure: Configure = \(app\) => \{\n<{7} yours\n[\s\S]*>{7} template 0\.10\.0\n\};$/m,
    );
    for (const line of to.split('\n').filter((one) => !base.includes(one))) expect(result?.text).toContain(line);
  });

  test('of which nothing but imports was changed is the new file', () => {
    expect(carry(`import { ours } from './ours.ts';\n${base}`)).toEqual({ text: NEW_APP, conflicts: 0, notes: [] });
  });
});

test('routes of a path of their own say nothing of other routes', () => {
  const base = fileOf('0.9.0', 'src/app.ts');
  const yours = edited(base, [
    "  app.set('query parser', false);\n",
    "  app.set('query parser', false);\n  app.use('/ours', router());\n",
  ]);
  expect(carryApp({ base, yours, theirs: NEW_APP, labels })?.notes).toEqual([
    'what you had added to createApp() is in configure() now',
  ]);
});

describe.each(before.filter((release) => Number(release.split('.')[1]) >= 6))('src/server.ts of %s', (release) => {
  const base = fileOf(release, 'src/server.ts');
  const carry = (yours: string) => carryServer({ base, yours, theirs: NEW_SERVER, labels });
  const NONE = 'const guards: readonly Guard[] = [];';

  test('gives its guards to start(), with what they need', () => {
    const yours = edited(
      base,
      [NONE, 'const guards: readonly Guard[] = [\n  requireToken(token),\n  limit,\n];'],
      ['/** Who may ask', "const token = process.env['TOKEN'];\n\n/** Who may ask"],
      ['import type { Guard }', "import { limit, requireToken, unused } from './auth.ts';\nimport type { Guard }"],
    ).replace("'./http/exchange.ts'", "'#runtime/http/exchange'");
    const result = carry(yours);
    expect(result).toMatchObject({
      conflicts: 0,
      notes: [expect.stringContaining('your guards are called as before')],
    });
    expect(result?.text).toBe(`import type { Guard } from '#runtime/http/exchange';
import { start } from '#runtime/start';
import { configure } from './app.ts';
import { limit, requireToken } from './auth.ts';
import { hooks } from './hooks/index.ts';

const token = process.env['TOKEN'];

${/\/\*\* Who may ask.*/.exec(base)?.[0]}
const guards: readonly Guard[] = [
  requireToken(token),
  limit,
];

/* The entry. */
await start({ configure, hooks, guards });
`);
  });

  test.each([
    ['a guard in the call', '{ pools, guards }', '{ pools, guards: [ours] }'],
    ['no guards any more', NONE, ''],
    ['another name', NONE, 'const ours: readonly Guard[] = [requireToken];'],
  ])('is left to the person with %s', (_, from, to) => {
    const place = base.includes(from) ? from : from.startsWith('{ pools') ? '{ guards, stopSignal }' : from;
    const result = carry(edited(base, [place, to]));
    expect(result?.conflicts).toBeGreaterThan(0);
    expect(result?.text).toMatch(/^<{7} yours\n[\s\S]*>{7} template 0\.10\.0$/m);
  });
});

test('what a team has changed in the start of 0.5.0 is left to it', () => {
  const base = fileOf('0.5.0', 'src/server.ts');
  const yours = edited(base, [
    "  process.on('SIGINT', stop);\n",
    "  process.on('SIGINT', stop);\n  process.on('SIGHUP', stop);\n",
  ]);
  const result = carryServer({ base, yours, theirs: NEW_SERVER, labels });
  expect(result).toMatchObject({ conflicts: 1 });
  expect(result?.text).toContain("<<<<<<< yours\n  process.on('SIGHUP', stop);\n=======\n>>>>>>> template 0.10.0");
});

test('imports for their effect come along', () => {
  const base = fileOf('0.5.0', 'src/server.ts');
  const result = carryServer({ base, yours: `import './tracing.ts';\n${base}`, theirs: NEW_SERVER, labels });
  expect(result).toMatchObject({ conflicts: 0, text: expect.stringContaining("import './tracing.ts';\n") });
});

test('another new file than expected is merged line by line', () => {
  const sides = { base: fileOf('0.9.0', 'src/app.ts'), yours: 'ours', theirs: 'export {};\n', labels };
  expect([carryApp(sides), carryServer(sides)]).toEqual([null, null]);
});
