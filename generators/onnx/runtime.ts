import { domainName } from './domain.ts';
import { elementType } from './elements.ts';
import { RUNTIME_OPERATORS } from './runtime-operators.ts';
import type { Model, Node } from './schema.ts';
import type { ModelSummary } from './summary.ts';
import { modelNodes } from './walk.ts';

const BFLOAT16 = 16;
/** The largest message that protobuf, and with it the runtime, can parse. */
const LARGEST_FILE = 2 ** 31 - 1;

/** What the table says of one domain: its highest opset, and per operator the first and the last opset that run. */
interface Domain {
  readonly opset: number;
  readonly operators: Readonly<Record<string, readonly number[]>>;
}
const domains = new Map(
  Object.entries(RUNTIME_OPERATORS.domains as Record<string, Domain>).map(([name, of]) => [domainName(name), of]),
);
const takesBfloat16 = new Set(RUNTIME_OPERATORS.bfloat16);

export const RUNTIME = `onnxruntime ${RUNTIME_OPERATORS.runtime}`;

/** Every reason why the runtime of the stamped-out repositories would not load a model. */
export function runtimeProblems(model: Model, summary: ModelSummary): string[] {
  const problems = [
    ...formatProblems(summary),
    ...summary.opsets.flatMap(opsetProblems),
    ...operatorProblems(model, summary),
    ...bfloat16Problems(model),
  ];
  return [...new Set(problems)];
}

function formatProblems({ bytes, irVersion }: ModelSummary): string[] {
  const problems: string[] = [];
  if (bytes > LARGEST_FILE) problems.push('it is larger than 2 GiB (store its weights as external data)');
  if (irVersion > RUNTIME_OPERATORS.irVersion)
    problems.push(`IR version ${irVersion} (highest: ${RUNTIME_OPERATORS.irVersion})`);
  return problems;
}

function opsetProblems({ domain, version }: ModelSummary['opsets'][number]): string[] {
  const highest = domains.get(domain)?.opset;
  return highest !== undefined && version > highest ? [`opset ${version} of ${domain} (highest: ${highest})`] : [];
}

function operatorProblems(model: Model, summary: ModelSummary): string[] {
  const opsets = new Map(summary.opsets.map(({ domain, version }) => [domain, version]));
  const brought = new Set(model.functions.map(({ domain, name }) => `${domainName(domain)} ${name}`));
  return summary.operators.flatMap(({ domain, type }) => {
    if (brought.has(`${domain} ${type}`)) return [];
    const known = domains.get(domain);
    if (known === undefined) return [`operator ${type} of ${domain}, which is not part of the runtime`];
    const opset = opsets.get(domain) ?? 1;
    const [first = Number.POSITIVE_INFINITY, last = known.opset] = operatorRange(known, type);
    // Beyond the highest opset the opset itself is the problem, and has been named.
    if (opset >= first && (opset <= last || opset > known.opset)) return [];
    return [`operator ${type} of ${domain} ${opset}${rangeText(first, last)}`];
  });
}

function operatorRange({ operators: ranges }: Domain, type: string): readonly number[] {
  return Object.hasOwn(ranges, type) ? (ranges[type] ?? []) : [];
}

function rangeText(first: number, last: number): string {
  return Number.isFinite(first) ? ` (it runs from opset ${first} to ${last})` : '';
}

/** Few operators take bfloat16 on a CPU; where its weights go into any other one, the model does not load. */
function bfloat16Problems(model: Model): string[] {
  const values = new Set<string | undefined>();
  for (const { name, dataType } of model.graph?.initializers ?? []) if (dataType === BFLOAT16) values.add(name);
  for (const { name, type } of model.graph?.inputs ?? []) if (type?.tensor?.elementType === BFLOAT16) values.add(name);
  if (values.size === 0) return [];
  const refuses = ({ inputs, opType = '' }: Node) =>
    !takesBfloat16.has(opType) && inputs.some((name) => values.has(name));
  return [...modelNodes(model)]
    .filter(refuses)
    .map(({ opType }) => `${elementType(BFLOAT16).name} in operator ${opType}`);
}
