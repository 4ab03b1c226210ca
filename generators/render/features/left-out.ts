import type { FeatureName } from '../../questions/features.ts';
import { matches } from '../template.ts';
import type { FeatureDeclaration } from './declaration.ts';

/** The parts of a declaration that are left out where no feature that they belong to is chosen. */
export type Part = 'packages' | 'scripts' | 'schema' | 'dashboards';

/** What is not rendered, for one choice of features. */
export interface LeftOut {
  isLeftOut(path: string): boolean;
  parts(part: Part): string[];
}

/** Whatever belongs to several features stays where one of them is chosen. */
export function leftOut(declarations: Iterable<FeatureDeclaration>, chosen: readonly FeatureName[]): LeftOut {
  const all = [...declarations];
  const present = all.filter(({ name }) => chosen.includes(name));
  const absent = all.filter(({ name }) => !chosen.includes(name));
  const owns = (path: string) => (feature: FeatureDeclaration) =>
    feature.files.some((pattern) => matches(pattern, path));
  return {
    isLeftOut: (path) => absent.some(owns(path)) && !present.some(owns(path)),
    parts: (part) => {
      const kept = new Set(present.flatMap((feature) => feature[part]));
      return [...new Set(absent.flatMap((feature) => feature[part]))].filter((item) => !kept.has(item));
    },
  };
}
