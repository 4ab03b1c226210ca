import type { Migration } from '../migration.ts';

const modelHash = (servingYaml: string) => /\bsha256: *["']?([0-9a-f]{64})\b/.exec(servingYaml)?.[1];

/**
 * The last line of the README named the template's version: it changed with every version, and met whatever a team had written
 * below it as a conflict. The version stands in package.json.
 *
 * The drift reference that comes with this version was made with the sample model: beside another model it is only in the way.
 */
export const migration: Migration = {
  version: '0.2.0',
  files: {
    'README.md': (text) => text.replace(/^(Made with create-ml-serving), template 0\.1\.\d+\. /m, '$1. '),
  },
  belongs: {
    'model/reference.json': { to: 'serving.yaml', stands: (was, now) => modelHash(was) === modelHash(now) },
  },
};
