import { parse } from 'yaml';
import { type Data, isData } from '../../questions/data.ts';
import { type FeatureName, type FeatureRules, isFeatureName, unknownFeature } from '../../questions/features.ts';
import { show } from '../../questions/problem.ts';

/**
 * What a feature consists of: `template-files/features/<name>.yaml`. CONTRIBUTING.md describes each key. Whatever belongs to
 * several features is rendered where one of them is chosen; everything else is rendered always.
 */
export interface FeatureDeclaration extends FeatureRules {
  readonly name: FeatureName;
  /** What it costs beside its files and packages, in a sentence. */
  readonly costs: string | undefined;
  /** Paths of the repository, a folder with its trailing slash. `runtime/features/<name>/` is always among them. */
  readonly files: readonly string[];
  /** Names in `dependencies` and `devDependencies` of package.json. */
  readonly packages: readonly string[];
  readonly scripts: readonly string[];
  /** Keys of serving.yaml such as `feedback` or `runtime.workers`, or values of another JSON file as `<path>#<JSON pointer>`. */
  readonly schema: readonly string[];
  /** Titles of panels of Grafana, and of rows with all their panels. */
  readonly dashboards: readonly string[];
  /** What to do once it is chosen, a line each. */
  readonly nextSteps: readonly string[];
}

const LISTS = ['needs', 'conflicts', 'files', 'packages', 'scripts', 'schema', 'dashboards', 'nextSteps'] as const;
const TEXTS = ['description', 'costs'] as const;
/** What a line of a prompt has space for, beside the name. */
const LONGEST_DESCRIPTION = 100;

/**
 * Reads a declaration.
 * @param path for the message
 * @throws with every problem: the declarations are the template's own
 */
export function parseDeclaration(name: FeatureName, text: string, path: string): FeatureDeclaration {
  const data: unknown = parse(text);
  const problems = isData(data) ? problemsOf(name, data) : ['expected keys and values'];
  if (problems.length > 0) throw new Error(`${path}: ${problems.join('; ')}`);
  const given = data as Data;
  const list = (key: (typeof LISTS)[number]) => (given[key] ?? []) as readonly string[];
  const [needs, conflicts] = [list('needs') as FeatureName[], list('conflicts') as FeatureName[]];
  return {
    name,
    description: given['description'] as string,
    costs: given['costs'] as string | undefined,
    needs,
    conflicts,
    files: [runtimeFolder(name), ...list('files')],
    packages: list('packages'),
    scripts: list('scripts'),
    schema: list('schema'),
    dashboards: list('dashboards'),
    nextSteps: list('nextSteps'),
  };
}

/** Where the code of a feature is that the server loads. */
export function runtimeFolder(name: FeatureName): string {
  return `runtime/features/${name}/`;
}

function problemsOf(name: FeatureName, data: Data): string[] {
  const known: readonly string[] = [...TEXTS, ...LISTS];
  const isLine = (value: unknown) => typeof value === 'string' && value.trim() !== '' && !value.includes('\n');
  const description = data['description'];
  return [
    ...Object.keys(data).flatMap((key) =>
      known.includes(key) ? [] : [`unknown key ${key}; expected ${known.join(', ')}`],
    ),
    ...(isLine(description) && String(description).length <= LONGEST_DESCRIPTION
      ? []
      : [`description: expected one line of at most ${LONGEST_DESCRIPTION} characters`]),
    ...(data['costs'] === undefined || isLine(data['costs']) ? [] : ['costs: expected one line']),
    ...LISTS.flatMap((key) => listProblems(key, data[key] ?? [], isLine)),
    ...(['needs', 'conflicts'] as const).flatMap((key) => nameProblems(key, name, data[key] ?? [])),
  ];
}

function listProblems(key: string, list: unknown, isLine: (value: unknown) => boolean): string[] {
  if (!Array.isArray(list)) return [`${key}: expected a list, found ${show(list)}`];
  const wrong = list.filter((item) => !isLine(item)).map((item) => `${key}: expected text, found ${show(item)}`);
  return new Set(list).size === list.length ? wrong : [...wrong, `${key}: an entry is there twice`];
}

function nameProblems(key: string, own: FeatureName, list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((name: unknown) => {
    if (name === own) return [`${key}: ${own} names itself`];
    return isFeatureName(name) ? [] : [`${key}: ${unknownFeature(name)}`];
  });
}
