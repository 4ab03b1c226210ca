import type { Answers } from '../questions/questions.ts';

/** The fields of package.json that follow the answers; everything else is the template's. */
export function renderPackageJson(text: string, answers: Answers, templateVersion: string): string {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  return toJson({
    ...manifest,
    name: answers.name,
    description: answers.description,
    mlServing: { ...(manifest['mlServing'] as object), templateVersion },
  });
}

/** npm writes the package's name into its lock file, twice. */
export function renderPackageLock(text: string, answers: Answers): string {
  const lock = JSON.parse(text) as { packages: Record<string, object> };
  return toJson({
    ...lock,
    name: answers.name,
    packages: { ...lock.packages, '': { ...lock.packages[''], name: answers.name } },
  });
}

/** As npm formats it. */
export function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
