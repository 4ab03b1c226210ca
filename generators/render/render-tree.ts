import { sha256 } from '../hash.ts';
import { FEATURE_NAMES } from '../questions/features.ts';
import type { Answers } from '../questions/questions.ts';
import type { Owner, Tree } from '../tree.ts';
import { isForOtherAnswers, meets } from './conditions.ts';
import { derive } from './derived.ts';
import { renderEjs } from './ejs.ts';
import { camelCase } from './features/camel-case.ts';
import { declarationsOf } from './features/declarations.ts';
import { featureEdits } from './features/edits.ts';
import { leftOut } from './features/left-out.ts';
import { modelFiles } from './model-files.ts';
import { mergePackageJson, mergePackageLock } from './package-fragments.ts';
import { renderPackageJson, renderPackageLock } from './package-json.ts';
import { renderServingYaml } from './serving-yaml.ts';
import { matches, type Template, type TemplateSpec } from './template.ts';

const MODEL_PATH = 'model/model.onnx';

/**
 * Renders a repository, without its record.
 * Pure: the same answers and the same template give the same bytes, on every machine.
 */
export function renderTree(answers: Answers, template: Template): Tree {
  const model = modelFiles(answers, template);
  const overlays = overlayFolders(answers, template);
  const absent = leftOut(declarationsOf(template).values(), answers.features);
  const sources = new Map([...layers(overlays, template), ...model.files]);
  const rendered = new Map<string, Uint8Array>();
  for (const [source, bytes] of sources) {
    const path = targetPath(source, template.spec);
    if (absent.isLeftOut(path) || isForOtherAnswers(path, answers, template.spec)) continue;
    rendered.set(path, source.endsWith('.ejs') ? ejsFile(bytes, source, answers, template) : bytes);
  }

  const facts = { sha256: sha256(rendered.get(MODEL_PATH) ?? new Uint8Array()), placeholder: model.placeholder };
  edit(rendered, 'serving.yaml', (text) => renderServingYaml(text, answers, facts));
  const fragments = (path: string) => overlays.flatMap((folder) => template.files.get(folder + path) ?? []).map(toText);
  edit(rendered, 'package.json', (text) =>
    renderPackageJson(mergePackageJson(text, fragments('package.json')), answers, template.version),
  );
  edit(rendered, 'package-lock.json', (text) =>
    renderPackageLock(mergePackageLock(text, fragments('package-lock.json')), answers),
  );
  for (const [path, change] of featureEdits(absent, answers, template)) edit(rendered, path, change);

  const paths = [...rendered.keys()].sort();
  return new Map(
    paths.map((path) => [
      path,
      {
        bytes: rendered.get(path) as Uint8Array,
        mode: template.spec.executable.includes(path) ? 0o755 : 0o644,
        owner: ownerOf(path, template.spec),
      },
    ]),
  );
}

/** Folders under `features/` that the answers ask for. */
function overlayFolders(answers: Answers, { spec }: Template): string[] {
  return Object.entries(spec.features)
    .filter(([, { when }]) => meets(answers, when))
    .map(([name]) => `features/${name}/`);
}

/** What overlays add to is merged as data; every other path has one owner. */
const MERGED: ReadonlySet<string> = new Set(['package.json', 'package-lock.json']);

/** The base without its model, and the overlays on top of it. No path may come from two of them. */
function layers(overlays: readonly string[], template: Template): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const folder of ['base/', ...overlays]) {
    for (const [path, bytes] of template.files) {
      if (!path.startsWith(folder)) continue;
      const inside = path.slice(folder.length);
      if (template.spec.notRendered?.some((pattern) => matches(pattern, inside))) continue;
      if (inside.startsWith('model/') || (folder !== 'base/' && MERGED.has(inside))) continue;
      if (files.has(inside)) throw new Error(`Two layers of the template own ${inside}`);
      files.set(inside, bytes);
    }
  }
  return files;
}

/** Every feature by its name in code, and whether it is chosen. */
function featureSwitches(chosen: Answers['features']): Readonly<Record<string, boolean>> {
  return Object.fromEntries(FEATURE_NAMES.map((name) => [camelCase(name), chosen.includes(name)]));
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function targetPath(source: string, spec: TemplateSpec): string {
  const path = source.replace(/\.ejs$/, '');
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  return path.slice(0, slash) + (spec.renames[name] ?? name);
}

function ejsFile(bytes: Uint8Array, path: string, answers: Answers, template: Template): Uint8Array {
  const data = {
    answers: withoutUnknown(answers, 'answer'),
    derived: withoutUnknown(derive(answers), 'derived value'),
    features: withoutUnknown(featureSwitches(answers.features), 'feature'),
    templateVersion: template.version,
  };
  const include = (name: string) => {
    const included = template.files.get(name);
    if (!included) throw new Error(`The template has no ${name}`);
    return toText(included);
  };
  return Buffer.from(renderEjs(toText(bytes), data, path, include));
}

/** EJS prints nothing for a misspelt name; here it throws. */
function withoutUnknown<T extends object>(names: T, what: string): T {
  return new Proxy(names, {
    get(target, key) {
      if (!(key in target)) throw new Error(`There is no ${what} named ${String(key)}`);
      return target[key as keyof T];
    },
  });
}

function edit(files: Map<string, Uint8Array>, path: string, change: (text: string) => string): void {
  const bytes = files.get(path);
  if (bytes) files.set(path, Buffer.from(change(toText(bytes))));
}

function ownerOf(path: string, spec: TemplateSpec): Owner {
  const owned = (owner: Owner) => spec.owners[owner]?.some((pattern) => matches(pattern, path));
  return owned('seeded') ? 'seeded' : owned('merged') ? 'merged' : 'managed';
}
