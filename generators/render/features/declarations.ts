import { type AllFeatureRules, FEATURE_NAMES, type FeatureName } from '../../questions/features.ts';
import type { Template } from '../template.ts';
import { type FeatureDeclaration, parseDeclaration } from './declaration.ts';

const read = new WeakMap<Template, ReadonlyMap<FeatureName, FeatureDeclaration>>();

/** The features that a template declares, by name. Each template is read once. */
export function declarationsOf(template: Template): ReadonlyMap<FeatureName, FeatureDeclaration> {
  const known = read.get(template);
  if (known) return known;
  const declarations = new Map(
    FEATURE_NAMES.flatMap((name): [FeatureName, FeatureDeclaration][] => {
      const path = `features/${name}.yaml`;
      const bytes = template.files.get(path);
      return bytes ? [[name, parseDeclaration(name, Buffer.from(bytes).toString('utf8'), path)]] : [];
    }),
  );
  read.set(template, declarations);
  return declarations;
}

/** What the questions have to know of the features of a template. */
export function featureRules(template: Template): AllFeatureRules {
  return declarationsOf(template);
}
