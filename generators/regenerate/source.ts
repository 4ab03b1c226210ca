import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownPackage } from '../app/package.ts';
import type { Migration } from '../migrations/migration.ts';
import { migrations } from '../migrations/registry.ts';
import { loadTemplate } from '../render/load-template.ts';
import type { Template } from '../render/template.ts';

/** What an upgrade leads to: a template with its history. */
export interface UpgradeSource {
  readonly template: Template;
  readonly migrations: readonly Migration[];
  /** The text of the changelog; empty where there is none. */
  readonly changelog: string;
}

/** The template of this package. */
export function ownSource(): UpgradeSource {
  const { version, templateFolder } = ownPackage();
  return {
    template: loadTemplate(templateFolder, version),
    migrations,
    changelog: readChangelog(dirname(templateFolder)),
  };
}

function readChangelog(folder: string): string {
  try {
    return readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
  } catch {
    return '';
  }
}
