import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import compare from 'semver/functions/compare.js';
import gt from 'semver/functions/gt.js';
import { ownPackage } from '../../generators/app/package.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { openProject, type Wishes } from '../../generators/regenerate/open-project.ts';
import { prepareUpgrade, type Upgrade } from '../../generators/regenerate/upgrade.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { folderWith } from '../support/folder.ts';
import { commit, git } from './harness.ts';

/* Repositories as released versions have created them, and the upgrade of them to what is here. */

const { version, templateFolder } = ownPackage();

/** The released versions that are kept, from old to new. */
export const releases: readonly string[] = readdirSync(join(import.meta.dirname, 'released'))
  .map((file) => file.replace('.tar.gz', ''))
  .sort(compare);

/** The newest version that there is a migration to counts, also before the package has its number. */
export const target = migrations
  .map((one) => one.version)
  .reduce((newest, one) => (gt(one, newest) ? one : newest), version);

export const template = loadTemplate(templateFolder, target);

/** The repository of a released version, in a new folder, committed. */
export function unpacked(release: string): string {
  const folder = folderWith({});
  execFileSync('tar', ['-xzf', join(import.meta.dirname, 'released', `${release}.tar.gz`), '-C', folder]);
  const root = join(folder, 'my-model');
  git(root, 'init', '-q', '-b', 'main');
  commit(root, 'as created');
  return root;
}

/** What the upgrade of a repository to this version comes to. */
export function planned(root: string, wishes: Wishes = {}): Upgrade {
  const project = openProject(root, { template, migrations, changelog: '' }, wishes);
  return prepareUpgrade(project, settleAnswers(project.given, project.context));
}
