import type { Migration } from '../migration.ts';

/**
 * The last line of the README named the template's version: it changed with every version, and met whatever a team had written
 * below it as a conflict. The version stands in package.json.
 */
export const migration: Migration = {
  version: '0.2.0',
  files: {
    'README.md': (text) => text.replace(/^(Made with create-ml-serving), template 0\.1\.\d+\. /m, '$1. '),
  },
};
