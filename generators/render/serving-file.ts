import { LineCounter, parseDocument, visit } from 'yaml';
import { ServingError } from '../errors.ts';
import { formatPath } from '../questions/problem.ts';
import { parseTensors } from '../questions/tensors.ts';
import { MODEL_TYPES, type ModelType, type TensorSpec } from '../tensor.ts';

/** What a release has to know of a repository's serving.yaml. */
export interface ServingFile {
  readonly type: ModelType;
  readonly version: string;
  /** Path of the model, relative to serving.yaml. */
  readonly file: string;
  readonly placeholder: boolean;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

const MODEL_TYPE = new RegExp(`^(${MODEL_TYPES.join('|')})$`);
const MODEL_FILE = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\:]+\.onnx$/;

/**
 * Reads the parts of serving.yaml that a release follows. The repository itself checks the whole (`npm run check`).
 * @throws SERVING_YAML_INVALID with every problem and its line
 */
export function readServingFile(text: string): ServingFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.map(({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${message}`);
  if (syntax.length > 0) throw invalid(syntax);
  // They could make a small file huge, and no contract needs them.
  visit(document, {
    Alias: () => {
      throw invalid(['it has an alias (*name); write it out']);
    },
  });
  const data = document.toJS() as { model?: Record<string, unknown> } & Record<string, unknown>;
  const model = data?.model ?? {};
  const problems: string[] = [];
  const textAt = (key: string, pattern = /./): string => {
    const value = model[key];
    if (typeof value === 'string' && pattern.test(value)) return value;
    problems.push(`model.${key} is ${JSON.stringify(value) ?? 'missing'}`);
    return '';
  };
  const found = {
    type: textAt('type', MODEL_TYPE) as ModelType,
    version: textAt('version'),
    file: textAt('file', MODEL_FILE),
  };
  const sides = (['inputs', 'outputs'] as const).map((side) => {
    const parsed = parseTensors(data?.[side], [side]);
    if ('value' in parsed) return parsed.value;
    problems.push(...parsed.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`));
    return [];
  });
  if (problems.length > 0) throw invalid(problems);
  return { ...found, placeholder: model['placeholder'] === true, inputs: sides[0] ?? [], outputs: sides[1] ?? [] };
}

function invalid(problems: readonly string[]): ServingError {
  return new ServingError('SERVING_YAML_INVALID', `serving.yaml cannot be read: ${problems.join('; ')}.`);
}
