import { FEATURE_NAMES, type FeatureName } from '../../questions/features.ts';
import type { Answers } from '../../questions/questions.ts';
import { panelsForOtherAnswers } from '../conditions.ts';
import { pruneLock, without } from '../lock/prune.ts';
import { toJson } from '../package-json.ts';
import type { Template } from '../template.ts';
import { withoutPanels } from './dashboard.ts';
import { runtimeFolder } from './declaration.ts';
import { jsonPlace, servingKey, withoutValues } from './json-keys.ts';
import type { LeftOut } from './left-out.ts';
import { FEATURE_LIST, featureListText } from './list-file.ts';
import { withoutKeys } from './yaml-keys.ts';

type Edit = readonly [path: string, change: (text: string) => string];

const DASHBOARDS = 'monitoring/grafana/dashboards/';

/** What a choice of features changes within files that all repositories have. Nothing where all are chosen. */
export function featureEdits(absent: LeftOut, answers: Answers, template: Template): Edit[] {
  const { features } = answers;
  const [packages, scripts] = (['packages', 'scripts'] as const).map((part) => absent.parts(part));
  const titles = [...absent.parts('dashboards'), ...panelsForOtherAnswers(DASHBOARDS, answers, template.spec)];
  return [
    [FEATURE_LIST, () => featureListText(listedFeatures(template).filter((name) => features.includes(name)))],
    ...manifestEdits(packages ?? [], scripts ?? []),
    ...schemaEdits(absent.parts('schema')),
    ...(titles.length === 0
      ? []
      : dashboardPaths(template).map((path): Edit => [path, (text) => withoutPanels(text, titles)])),
  ];
}

/** Features with code that the server loads. */
export function listedFeatures({ files }: Template): FeatureName[] {
  return FEATURE_NAMES.filter((name) => files.has(`base/${runtimeFolder(name)}index.ts`));
}

function manifestEdits(packages: readonly string[], scripts: readonly string[]): Edit[] {
  if (packages.length + scripts.length === 0) return [];
  const smaller = (text: string) => {
    const manifest = JSON.parse(text) as object;
    return toJson({ ...manifest, ...without(manifest, packages, scripts) });
  };
  return [
    ['package.json', smaller],
    ...(packages.length === 0 ? [] : [['package-lock.json', (text) => pruneLock(text, packages)] as Edit]),
  ];
}

/** Of serving.yaml and its schema, and of other JSON files. */
function schemaEdits(entries: readonly string[]): Edit[] {
  const places = entries.map(jsonPlace);
  const keys = entries.flatMap((entry) => {
    const key = servingKey(entry);
    return key ? [key] : [];
  });
  const files = [...new Set(places.map(({ file }) => file))];
  return [
    ...files.map((file): Edit => {
      const paths = places.filter((place) => place.file === file).map(({ path }) => path);
      return [file, (text) => withoutValues(text, paths)];
    }),
    ...(keys.length === 0 ? [] : [['serving.yaml', (text: string) => withoutKeys(text, keys)] as const]),
  ];
}

function dashboardPaths({ files }: Template): string[] {
  const inBase = `base/${DASHBOARDS}`;
  return [...files.keys()].filter((path) => path.startsWith(inBase)).map((path) => path.slice('base/'.length));
}
