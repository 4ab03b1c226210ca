import type { ErrorObject } from 'ajv';
import { LineCounter, parseDocument, visit } from 'yaml';
import { adviceForKey } from './feature-keys.ts';
import type { ContractPart } from './part.ts';
import { type Problem, problemsError } from './rule.ts';
import { rules } from './rules.ts';
import { type Batching, DEFAULTS, type Limits, type Serving } from './serving.ts';
import { validatorOf } from './validator.ts';

/**
 * Reads serving.yaml from its text and checks it against its schema and against itself.
 * @param parts the sections of the chosen features
 * @throws CONFIG_INVALID with every problem
 */
export function readServing(
  text: string,
  schemaText: string,
  source = 'serving.yaml',
  parts: readonly ContractPart[] = [],
): Serving {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: true });
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    field: `line ${lines.linePos(error.pos[0]).line}`,
    expected: 'YAML',
    found: error.message,
    mend: 'Mend the syntax.',
  }));
  // Aliases are a way to make a small file huge, and no contract needs them.
  visit(document, {
    Alias: (_, node) => {
      syntax.push({ field: `*${node.source}`, expected: 'no anchors or aliases', found: 'one', mend: 'Write it out.' });
    },
  });
  if (syntax.length > 0) throw problemsError('CONFIG_INVALID', source, syntax);

  const lineOf = (field: string): number | undefined => {
    for (let path = pathOf(field); path.length > 0; path = path.slice(0, -1)) {
      const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
  const value: unknown = document.toJS();
  const validate = validatorOf(schemaText);
  if (!validate(value)) {
    throw problemsError('CONFIG_INVALID', source, shapeProblems(validate.errors ?? []), lineOf);
  }
  const serving = withDefaults(value as Serving, parts);
  const problems = [...rules, ...parts.flatMap((part) => part.rules ?? [])].flatMap((rule) => rule(serving));
  if (problems.length > 0) throw problemsError('CONFIG_INVALID', source, problems, lineOf);
  return serving;
}

function withDefaults(serving: Serving, parts: readonly ContractPart[]): Serving {
  const batching = withBatching(serving.batching);
  return {
    ...serving,
    runtime: { ...DEFAULTS.runtime, ...serving.runtime },
    batching,
    limits: withLimits(serving.limits, batching.maxBatchSize),
    objectives: { ...DEFAULTS.objectives, ...serving.objectives },
    ...Object.assign({}, ...parts.map(({ complete }) => complete?.(serving))),
  };
}

/** The section, or `off` alone. Parsers of YAML 1.1 read `off` as false, and write that back. */
function withBatching(stated: Partial<Batching> | 'off' | false = {}): Batching {
  if (typeof stated !== 'object') return { ...DEFAULTS.batching, mode: 'off' };
  return { ...DEFAULTS.batching, ...stated, stated: Object.keys(stated) };
}

/** What is not set follows what is: the bytes of all bodies that of one body, the rows that wait those of a request and of a run. */
function withLimits(limits: Partial<Limits> = {}, maxBatchSize: number): Limits {
  const all = { ...DEFAULTS.limits, ...limits };
  return {
    ...all,
    maxUploadBytes: limits.maxUploadBytes ?? Math.max(DEFAULTS.limits.maxUploadBytes, 4 * all.maxBodyBytes),
    maxQueueRows: limits.maxQueueRows ?? Math.max(all.maxQueue * maxBatchSize, 4 * all.maxInstances),
  };
}

function pathOf(field: string): (string | number)[] {
  return field
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function shapeProblems(errors: readonly ErrorObject[]): Problem[] {
  return errors
    .filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'if')
    .map((error) => {
      const field = fieldOf(error);
      const advice = error.keyword === 'additionalProperties' ? adviceForKey(field) : undefined;
      return {
        field,
        expected: expectedOf(error),
        found: foundOf(error),
        mend: advice ?? 'See schema/serving.schema.json.',
      };
    });
}

function fieldOf({ instancePath, keyword, params }: ErrorObject): string {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .slice(instancePath ? 1 : 0);
  const key = keyword === 'additionalProperties' ? params['additionalProperty'] : params['missingProperty'];
  return key === undefined ? path || 'the file' : [path, key].filter(Boolean).join('.');
}

function expectedOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'no such key';
  if (keyword === 'required') return 'a value';
  if (keyword === 'enum') return `one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
  if (keyword === 'const') return String(params['allowedValue']);
  return (message ?? keyword).replace(/^must /, 'it to ');
}

function foundOf({ keyword, data }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'one';
  if (keyword === 'required') return 'none';
  const text = JSON.stringify(data) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
