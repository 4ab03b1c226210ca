import { migration } from '../../generators/migrations/0.10.0/migration.ts';
import { migrateAnswers, migrationsBetween } from '../../generators/migrations/migrate.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { FEATURE_NAMES } from '../../generators/questions/features.ts';

const none = () => undefined;

test('a repository from before features could be chosen keeps all of them', () => {
  const features = FEATURE_NAMES.filter((name) => name !== 'queue-autoscaling');
  expect(migration.answers?.({ name: 'iris' }, none)).toEqual({ name: 'iris', features });
});

const overlay = (...components: string[]) =>
  `resources:\n  - ../../base\ncomponents:\n${components.map((line) => `  ${line}\n`).join('')}`;
const withOverlays =
  (production: string, staging = overlay('- ../../components/monitoring')) =>
  (path: string) =>
    ({
      'deploy/overlays/production/kustomization.yaml': production,
      'deploy/overlays/staging/kustomization.yaml': staging,
    })[path];

test.each([
  ['- ../../components/queue-scaling', { features: [...FEATURE_NAMES] }],
  ['- ../../components/ingress', { exposure: 'ingress' }],
  ['- ../../components/gateway/', { exposure: 'gateway' }],
  ['- ../../components/model-from-storage  # by hand', { modelSource: 'storage' }],
])('a component that an overlay lists stays: %s', (line, answers) => {
  expect(migration.answers?.({}, withOverlays(overlay(line)))).toMatchObject(answers);
  expect(migration.answers?.({}, withOverlays('', overlay(line)))).toMatchObject(answers);
  const commented = migration.answers?.({}, withOverlays(overlay('- ../../components/monitoring', `# ${line}`)));
  expect(commented).toEqual({ features: FEATURE_NAMES.filter((name) => name !== 'queue-autoscaling') });
});

test('an exposure that was answered stays, and an overlay that is no YAML lists nothing', () => {
  const read = withOverlays(overlay('- ../../components/gateway'));
  expect(migration.answers?.({ exposure: 'ingress' }, read)).toMatchObject({ exposure: 'ingress' });
  expect(migration.answers?.({}, withOverlays('components: [', 'components: 7'))).not.toHaveProperty('exposure');
});

test('what is chosen already stays', () => {
  expect(migration.answers?.({ features: ['page'] }, none)).toEqual({ features: ['page'] });
});

test.each(['0.1.0', '0.2.0', '0.9.0'])('it is part of an upgrade from %s', (from) => {
  expect(migrateAnswers(migrationsBetween(migrations, from, '0.10.0'), {})).toHaveProperty('features');
  expect(migrateAnswers(migrationsBetween(migrations, '0.10.0', '0.11.0'), {})).toEqual({});
});
