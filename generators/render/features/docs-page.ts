import type { FeatureName } from '../../questions/features.ts';
import { DEFAULT_FEATURES, withNeeds } from '../../questions/features.ts';
import type { Answers } from '../../questions/questions.ts';
import type { Tree } from '../../tree.ts';
import { renderTree } from '../render-tree.ts';
import { matches, type Template } from '../template.ts';
import type { FeatureDeclaration } from './declaration.ts';
import { declarationsOf } from './declarations.ts';
import { servingKey } from './json-keys.ts';

/** What a feature adds to a repository that has no other but those it needs. */
interface Addition {
  readonly files: readonly string[];
  readonly lines: number;
  /** Packages that npm installs, those that others need included. */
  readonly installed: number;
  readonly alerts: readonly string[];
}

const INTRO = `# Features

For everybody who creates a repository or looks after one: what can be chosen, what each choice brings, and what it costs.

A repository has what was chosen and nothing else: a feature that is not chosen leaves no file, no dependency, no route, no metric, no key
of \`serving.yaml\`, no alert and no section of the docs.

\`\`\`sh
npx create-ml-serving my-model --set features=page,drift     # or all, default, none
npx create-ml-serving add feedback                           # later, in the repository
npx create-ml-serving remove drift
\`\`\`

\`add\` and \`remove\` are [\`regenerate\`](UPDATING.md) with another answer: your edits are merged, and a file that you have edited is never
removed. [CLI.md](CLI.md#create-ml-serving-add-feature-and-remove-feature) has the flags. Repositories that were created before features could be
chosen keep what they had when they are upgraded; \`remove\` takes away what you do not use.`;

/** \`docs/FEATURES.md\`, derived from the declarations and from what the template renders. */
export function featuresPage(template: Template, answers: Answers): string {
  const declarations = declarationsOf(template);
  const render = (features: readonly FeatureName[]) => renderTree({ ...answers, features }, template);
  const entries = [...declarations.values()].map((declaration) => {
    const chosen = withNeeds([declaration.name], declarations);
    const without = render(chosen.filter((name) => name !== declaration.name));
    return { declaration, addition: additionOf(without, render(chosen)) };
  });
  const rows = entries.map(({ declaration, addition }) => [
    `[\`${declaration.name}\`](#${declaration.name})`,
    declaration.description,
    DEFAULT_FEATURES.includes(declaration.name) ? 'yes' : 'no',
    String(addition.files.length),
    about(addition.lines),
    String(addition.installed),
  ]);
  const header = ['feature', 'what it does', 'default', 'files', 'lines', 'packages'];
  const table = [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `${[INTRO, table, ...entries.map(({ declaration, addition }) => section(declaration, addition))].join('\n\n')}\n`;
}

function section(declaration: FeatureDeclaration, { files, alerts }: Addition): string {
  const { name, description, needs, conflicts, costs, packages, scripts, schema, dashboards, nextSteps } = declaration;
  const declared = declaration.files.filter((pattern) => files.some((path) => matches(pattern, path)));
  const keys = schema.flatMap((entry) => (servingKey(entry) ? [entry] : []));
  const lines = [
    listed('Comes with', needs.map(code)),
    listed('Not together with', conflicts.map(code)),
    listed('Files', declared.map(code)),
    listed('Packages', packages.map(code)),
    listed(
      'Scripts',
      scripts.map((script) => code(`npm run ${script}`)),
    ),
    listed('Keys of serving.yaml', keys.map(code)),
    listed('Alerts', alerts.map(code)),
    listed('Panels', dashboards),
    ...(costs === undefined ? [] : [`Costs: ${costs}`]),
    ...nextSteps.map((step) => `Next: ${step}`),
  ].filter((line) => line !== '');
  return [
    `## ${name}`,
    `${description}.`,
    ...(lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')]),
  ].join('\n\n');
}

function additionOf(without: Tree, withIt: Tree): Addition {
  const files = [...withIt.keys()].filter((path) => !without.has(path));
  const text = (tree: Tree, path: string) => Buffer.from(tree.get(path)?.bytes ?? []).toString('utf8');
  const lines = files.reduce((sum, path) => sum + text(withIt, path).split('\n').length - 1, 0);
  const locked = (tree: Tree) => Object.keys(JSON.parse(text(tree, 'package-lock.json')).packages).length;
  const alertsIn = (tree: Tree) =>
    [...tree.keys()]
      .filter((path) => path.startsWith('monitoring/rules/'))
      .flatMap((path) => [...text(tree, path).matchAll(/- alert: (\w+)/g)].map(([, alert]) => alert as string));
  const before = new Set(alertsIn(without));
  const alerts = [...new Set(alertsIn(withIt))].filter((alert) => !before.has(alert));
  return { files, lines, installed: locked(withIt) - locked(without), alerts };
}

function listed(what: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${what}: ${items.join(', ')}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The figure would be another with every edit: its size is what counts. */
function about(lines: number): string {
  const step = lines > 1000 ? 100 : 10;
  return String(Math.round(lines / step) * step);
}
