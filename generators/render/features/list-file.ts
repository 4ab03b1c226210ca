import type { FeatureName } from '../../questions/features.ts';
import { camelCase } from './camel-case.ts';

/** The module that lists the features of a service; the only one of the core that imports them. */
export const FEATURE_LIST = 'runtime/features.ts';
const WIDTH = 120;

/** The text of that module, as the template's formatter writes it. */
export function featureListText(names: readonly FeatureName[]): string {
  const sorted = [...names].sort();
  const imports = sorted.map((name) => `import { ${camelCase(name)} } from './features/${name}/index.ts';`);
  return [
    "import type { Feature } from './feature.ts';",
    ...imports,
    '',
    '/** The features that were chosen. Written by create-ml-serving from the answer `features`. */',
    listing(sorted.map(camelCase)),
    '',
  ].join('\n');
}

function listing(names: readonly string[]): string {
  const declared = 'export const features: readonly Feature[] = ';
  const line = `${declared}[${names.join(', ')}];`;
  return line.length <= WIDTH ? line : `${declared}[\n${names.map((name) => `  ${name},\n`).join('')}];`;
}
