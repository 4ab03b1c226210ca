import { changelogBetween } from '../../generators/regenerate/changelog.ts';

const changelog = `# Changelog

## [1.2.0] - 2026-11-01

### What changes in the generator

- faster

### What changes in your repository

- new metrics
- \`## not a heading\`

### Other

- no

## 1.10.0

### What changes in your repository

later

## 1.1.0

### What changes in the generator

- nothing for you

## Unreleased

### What changes in your repository

- not yet
`;

it('takes the versions in between, newest first, and of each the part that is about the repository', () => {
  expect(changelogBetween(changelog, '1.0.0', '2.0.0')).toEqual([
    { version: '1.10.0', text: 'later' },
    { version: '1.2.0', text: '- new metrics\n- `## not a heading`' },
  ]);
  expect(changelogBetween(changelog, '1.2.0', '1.9.0')).toEqual([]);
  expect(changelogBetween('', '1.0.0', '2.0.0')).toEqual([]);
});
