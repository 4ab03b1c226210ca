import fc from 'fast-check';
import { migrateAnswers, migrateText, migrationsBetween, movedPath } from '../../generators/migrations/migrate.ts';
import type { Migration } from '../../generators/migrations/migration.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { pathProblem } from '../../generators/project/path.ts';

const versions = ['0.9.0', '1.0.0-rc.1', '1.0.0', '1.2.0', '1.10.0', '2.0.0'];
const all: readonly Migration[] = versions.map((version) => ({ version }));

describe('migrationsBetween', () => {
  it('orders by semver, not by letters, and leaves out what is done or not yet due', () => {
    const due = (from: string, to: string) =>
      migrationsBetween(all.toReversed(), from, to).map(({ version }) => version);
    expect(due('1.0.0', '2.0.0')).toEqual(['1.2.0', '1.10.0', '2.0.0']);
    expect(due('0.9.0', '1.0.0')).toEqual(['1.0.0-rc.1', '1.0.0']);
    expect(due('2.0.0', '2.0.0')).toEqual([]);
  });
});

describe('several versions at once', () => {
  const folders = fc.constantFrom('a/', 'b/', 'a/b/', 'c/');
  const file = fc.constantFrom('a/x', 'a/b/x', 'b/x', 'c/y', 'z');
  const move = fc.oneof(fc.record({ from: folders, to: folders }), fc.record({ from: file, to: file }));
  const migration = fc.record({
    moves: fc.array(move, { maxLength: 3 }),
    mark: fc.stringMatching(/^[a-z]$/),
    rewrites: fc.array(file, { maxLength: 3 }),
  });
  const history = fc.array(migration, { maxLength: 6 }).map((drawn) =>
    drawn.map(
      ({ moves, mark, rewrites }, index): Migration => ({
        version: `${index + 1}.0.0`,
        moves,
        answers: (answers) => ({ ...answers, trail: `${answers['trail'] ?? ''}${mark}` }),
        files: Object.fromEntries(rewrites.map((path) => [path, (text: string) => text + mark])),
      }),
    ),
  );

  it('come to the same as one after the other: moves, answers and texts', () => {
    fc.assert(
      fc.property(history, file, fc.nat(6), (known, path, stop) => {
        const [first, second] = [
          migrationsBetween(known, '0.0.0', `${stop}.0.0`),
          migrationsBetween(known, `${stop}.0.0`, '9.0.0'),
        ];
        const whole = migrationsBetween(known, '0.0.0', '9.0.0');
        const between = movedPath(first, path);
        expect(movedPath(whole, path)).toBe(movedPath(second, between));
        expect(migrateAnswers(whole, { a: 1 })).toEqual(migrateAnswers(second, migrateAnswers(first, { a: 1 })));
        expect(migrateText(whole, path, '-')).toBe(migrateText(second, between, migrateText(first, path, '-')));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a migration', () => {
  it('cannot change the answers it is given, only answer others', () => {
    const given = { list: [1] };
    const careless: Migration = {
      version: '1.0.0',
      answers: (answers) => {
        (answers['list'] as number[]).push(2);
        return answers;
      },
    };
    expect(migrateAnswers([careless], given)).toEqual({ list: [1, 2] });
    expect(given).toEqual({ list: [1] });
  });

  it('that throws is named, with what it failed on', () => {
    const boom = () => {
      throw new TypeError('boom');
    };
    const thrown = (run: () => unknown) =>
      expect(run).toThrow(expect.objectContaining({ code: 'MIGRATION_FAILED', exit: 1 }));
    thrown(() => migrateAnswers([{ version: '1.0.0', answers: boom }], {}));
    thrown(() => migrateText([{ version: '1.0.0', files: { x: boom } }], 'x', ''));
  });

  it('moves a file before its folder, an inner folder before an outer one', () => {
    const moves = [
      { from: 'a/', to: 'one/' },
      { from: 'a/b/', to: 'two/' },
      { from: 'a/b/x', to: 'three' },
    ];
    const due = [{ version: '1.0.0', moves }];
    expect(['a/x', 'a/b/y', 'a/b/x', 'ab/x'].map((path) => movedPath(due, path))).toEqual([
      'one/x',
      'two/y',
      'three',
      'ab/x',
    ]);
  });
});

it('the registry holds each version once, and safe moves', () => {
  expect(new Set(migrations.map(({ version }) => version)).size).toBe(migrations.length);
  for (const { from, to } of migrations.flatMap(({ moves = [] }) => moves)) {
    expect([from, to].map((path) => pathProblem(path.replace(/\/$/, '')))).toEqual([null, null]);
    expect(from.endsWith('/')).toBe(to.endsWith('/'));
  }
});
