import { parse } from 'yaml';
import type { RawAnswers, ReadText } from '../migration.ts';

const OVERLAYS = ['production', 'staging'].map((name) => `deploy/overlays/${name}/kustomization.yaml`);

/** Names of the components that the overlays of a repository list; a line in a comment lists none. */
export function deployedComponents(read: ReadText): ReadonlySet<string> {
  return new Set(OVERLAYS.flatMap((path) => listed(read(path))));
}

function listed(text: string | undefined): string[] {
  try {
    const components: unknown = parse(text ?? '')?.components;
    if (!Array.isArray(components)) return [];
    return components.flatMap((path) => /(?:^|\/)components\/([^/]+)\/?$/.exec(String(path))?.[1] ?? []);
  } catch {
    // What cannot be read as YAML cannot be deployed either.
    return [];
  }
}

/**
 * Answers that follow from what an overlay lists. Components of other answers were in every repository, and some teams
 * listed them by hand; from 0.10.0 on they are rendered with their answer alone.
 */
export function answersOfComponents(components: ReadonlySet<string>, answers: RawAnswers): RawAnswers {
  const exposed = ['ingress', 'gateway'].find((name) => components.has(name));
  const isExposed = (answers['exposure'] ?? 'none') !== 'none';
  return {
    ...(exposed && !isExposed && { exposure: exposed }),
    ...(components.has('model-from-storage') && { modelSource: 'storage' }),
  };
}
