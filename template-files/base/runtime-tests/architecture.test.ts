import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../runtime/root.ts';

const SRC = join(ROOT, 'runtime');

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    return { name: relative(SRC, path).split(sep).join('/'), text, imports };
  });

const importersOf = (module: string) => files.filter(({ imports }) => imports.includes(module)).map(({ name }) => name);

/*
 * Imports point one way. Each room may import its own files and the rooms listed. Files beside the rooms wire them together,
 * and rooms of your own are yours.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  observability: [],
  inference: ['contract', 'hooks', 'observability'],
  http: ['contract', 'inference', 'observability'],
  tables: ['contract', 'http', 'inference'],
  record: ['contract', 'inference'],
  cli: ['contract', 'inference', 'observability', 'record'],
};
/** Hooks are yours, and may import what they need. */
const ROOMS = new Set([...Object.keys(MAY_IMPORT), 'hooks']);

/** Own modules that the files of a room import, relative to runtime/. */
const importsOfRoom = (room: string) =>
  files
    .filter(({ name }) => name.startsWith(room))
    .flatMap(({ name, imports }) =>
      imports
        .filter((path) => path.startsWith('.'))
        .map((path) =>
          relative(SRC, join(SRC, name, '..', path))
            .split(sep)
            .join('/'),
        ),
    );

test('one file imports the native runtime: for the workers, and for runs that are shorter than the way to them', () => {
  expect(importersOf('onnxruntime-node')).toEqual(['inference/session.ts']);
  expect(importersOf('./session.ts').sort()).toEqual(['inference/executor.ts', 'inference/worker.ts']);
});

test('only the HTTP room imports express', () => {
  const importers = importersOf('express');
  expect(importers.length).toBeGreaterThan(0);
  // The contract with src/ names its type.
  expect(importers.filter((name) => !name.startsWith('http/'))).toEqual(['api.ts']);
  expect(files.find(({ name }) => name === 'api.ts')?.text).toContain("import type { Express } from 'express'");
});

test('one file reads src/: the team gives its code to the start of the service', () => {
  const readers = files.filter(({ name, imports }) =>
    imports.some((path) => path.startsWith('.') && join(SRC, name, '..', path).startsWith(join(ROOT, 'src'))),
  );
  expect(readers.map(({ name }) => name)).toEqual(['team.ts']);
});

test('only the configuration reads the environment', () => {
  const readers = files.filter(({ text }) => text.includes('process.env')).map(({ name }) => name);
  // The inference worker switches the runtime's telemetry off, and the command line passes its environment on.
  expect(readers.sort()).toEqual([
    'cli/golden.ts',
    'cli/predict.ts',
    'config.ts',
    'features/batch/cli/batch.ts',
    'inference/runtime-environment.ts',
    'testing.ts',
  ]);
});

test('the contract knows of no other room, and the inference core knows nothing of HTTP', () => {
  expect(importsOfRoom('contract/').filter((path) => !/^(contract\/|errors\.ts|root\.ts)/.test(path))).toEqual([]);
  expect(importsOfRoom('inference/').filter((path) => path.startsWith('http/'))).toEqual([]);
  expect(importsOfRoom('observability/').filter((path) => !path.startsWith('observability/'))).toEqual([]);
});

test.each(Object.entries(MAY_IMPORT).filter(([room]) => room !== 'hooks'))(
  '%s imports only the rooms below it',
  (room, allowed) => {
    const imported = new Set(importsOfRoom(`${room}/`).map((path) => path.split('/')[0] ?? ''));
    const others = [...imported].filter((name) => name !== room && ROOMS.has(name));
    expect(others.filter((name) => !allowed.includes(name))).toEqual([]);
  },
);

test('no room is below itself', () => {
  const visit = (room: string, above: readonly string[]): void => {
    expect(above).not.toContain(room);
    for (const below of MAY_IMPORT[room] ?? []) visit(below, [...above, room]);
  };
  for (const room of Object.keys(MAY_IMPORT)) visit(room, []);
});

test('of other packages only what they export by name is used', () => {
  const reaching = files.filter(({ text }) => /\bsymbols\b.*from 'pino'|getOwnPropertySymbols/.test(text));
  expect(reaching.map(({ name }) => name)).toEqual([]);
});

test('files stay small', () => {
  const lines = files.map(({ text }) => text.split('\n').length).sort((a, b) => a - b);
  expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(80);
});

describe('features', () => {
  const features = [...new Set(importsByFeature().map(({ feature }) => feature))];

  test.each(features)('%s imports no other feature', (feature) => {
    const others = importsByFeature().filter(
      (found) =>
        found.feature === feature &&
        found.path.startsWith('features/') &&
        !found.path.startsWith(`features/${feature}/`),
    );
    expect(others).toEqual([]);
  });

  test('the core imports no feature: runtime/features.ts alone lists them', () => {
    const core = files.filter(({ name }) => !name.startsWith('features/') && name !== 'features.ts');
    const importers = core.flatMap(({ name }) =>
      importsOfRoom(name)
        .filter((path) => path.startsWith('features/'))
        .map((path) => `${name} imports ${path}`),
    );
    expect(importers).toEqual([]);
  });

  test('what reads serving.yaml does not import the code of features: workers start before that is loaded', () => {
    const closure = new Set<string>();
    const visit = (name: string): void => {
      if (closure.has(name)) return;
      closure.add(name);
      for (const path of staticImports(name)) visit(path);
    };
    visit('config.ts');
    const ofFeatures = [...closure].filter((name) => name.startsWith('features/'));
    expect(ofFeatures).toContain('features/feedback/contract.ts');
    expect(ofFeatures.filter((name) => !/\/(index|contract|candidate)\.ts$/.test(name))).toEqual([]);
    expect([...closure].filter((name) => /^(inference\/predictor|inference\/pool|observability\/)/.test(name))).toEqual(
      [],
    );
  });

  test('what features share is imported by no other part of the core', () => {
    const isShared = (path: string): boolean => path.startsWith('tables/') || path === 'inference/watched.ts';
    const core = files.filter(({ name }) => !name.startsWith('features/') && !isShared(name));
    const importers = core.filter(({ name }) => importsOfRoom(name).some(isShared)).map(({ name }) => name);
    expect(importers).toEqual([]);
  });
});

/** Own modules whose code is loaded with a module; types are not. */
function staticImports(name: string): string[] {
  const text = files.find((file) => file.name === name)?.text ?? '';
  const all = [...text.matchAll(/^(import|export)(?! type)[^;]*?from '(\.[^']+)'/gm)];
  return all.map(([, , path]) =>
    relative(SRC, join(SRC, name, '..', path ?? ''))
      .split(sep)
      .join('/'),
  );
}

function importsByFeature(): { feature: string; path: string }[] {
  const folders = readdirSync(join(SRC, 'features'));
  return folders.flatMap((feature) => importsOfRoom(`features/${feature}/`).map((path) => ({ feature, path })));
}
