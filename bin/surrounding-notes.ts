import { join, relative, sep } from 'node:path';
import { guardsScripts, isPlugAndPlay, type Surroundings } from '../generators/app/surroundings/surroundings.ts';
import type { Answers } from '../generators/questions/questions.ts';

const PIPELINES: Readonly<Record<string, readonly [host: string, file: string]>> = {
  github: ['GitHub', '.github/workflows/'],
  gitlab: ['GitLab', '.gitlab-ci.yml'],
};

/** What a person has to know of a repository that is a part of something larger, a paragraph each. */
export function surroundingNotes(
  directory: string,
  { ci }: Pick<Answers, 'ci'>,
  { workspace, workTree, manager, otherCaller }: Surroundings,
): string[] {
  const notes: string[] = [];
  if (workspace) notes.push(...workspaceNotes(directory, workspace));
  else if (otherCaller)
    notes.push(
      `It is installed with ${manager.command}, not with ${otherCaller.command}: its image and its pipeline install from package-lock.json too.`,
    );
  const pipeline = PIPELINES[ci];
  if (workTree && pipeline) notes.push(pipelineNote(within(workTree, directory), workTree, pipeline));
  return notes;
}

function workspaceNotes(directory: string, workspace: NonNullable<Surroundings['workspace']>): string[] {
  const { root, manager } = workspace;
  const path = within(root, directory);
  const [file, line] =
    manager.name === 'yarn-modern' ? ['.yarnrc.yml', 'enableScripts: false'] : ['.npmrc', 'ignore-scripts=true'];
  const guard = guardsScripts(workspace)
    ? []
    : [
        `${path} is a member of the ${manager.command} workspace ${root}, where its own .npmrc does not count. Write ${line} into ${join(root, file)}, or install with ${manager.installText}: else the install script of onnxruntime-node downloads CUDA libraries.`,
      ];
  const linker = isPlugAndPlay(workspace)
    ? [
        `Yarn's Plug'n'Play is not supported: TypeScript finds no types in its archives. Write nodeLinker: node-modules into ${join(root, '.yarnrc.yml')} and install again.`,
      ]
    : [];
  return [
    ...guard,
    ...linker,
    `The image of ${path} is built from that directory alone, with its own package-lock.json. After a change of its dependencies: npm install --package-lock-only --workspaces=false (in ${path}).`,
  ];
}

function pipelineNote(path: string, workTree: string, [host, file]: readonly [string, string]): string {
  const found = `${host} reads the pipeline of a repository at its top alone, and ${path}/${file} is below ${workTree}.`;
  return host === 'GitHub'
    ? `${found} Move the files to ${join(workTree, file)}, add "paths: ['${path}/**']" to their triggers and "defaults: { run: { working-directory: ${path} } }" to their jobs; docs/MONOREPO.md of create-ml-serving shows it.`
    : `${found} Include it from ${join(workTree, file)} with a rule on changes in ${path}/**; docs/MONOREPO.md of create-ml-serving shows it.`;
}

/** A directory as seen from one above it, with forward slashes. */
function within(above: string, directory: string): string {
  return relative(above, directory).split(sep).join('/');
}
