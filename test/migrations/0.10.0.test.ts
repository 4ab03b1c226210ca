import { migration } from '../../generators/migrations/0.10.0/migration.ts';
import { migrateAnswers, migrationsBetween } from '../../generators/migrations/migrate.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { FEATURE_NAMES } from '../../generators/questions/features.ts';

test('a repository from before features could be chosen keeps all of them', () => {
  expect(migration.answers?.({ name: 'iris' })).toEqual({ name: 'iris', features: FEATURE_NAMES });
});

test('what is chosen already stays', () => {
  expect(migration.answers?.({ features: ['page'] })).toEqual({ features: ['page'] });
});

test.each(['0.1.0', '0.2.0', '0.9.0'])('it is part of an upgrade from %s', (from) => {
  expect(migrateAnswers(migrationsBetween(migrations, from, '0.10.0'), {})).toHaveProperty('features');
  expect(migrateAnswers(migrationsBetween(migrations, '0.10.0', '0.11.0'), {})).toEqual({});
});
