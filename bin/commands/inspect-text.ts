import type { ModelSummary, ModelValue } from '../../generators/onnx/summary.ts';
import type { TensorSpec } from '../../generators/tensor.ts';
import type { Inspection } from './inspect.ts';
import { alignColumns, byteText, printable } from './table.ts';

/** Operators listed by name; a network has dozens of kinds. */
const MOST_OPERATORS = 12;
const MOST_NAMES = 6;

/** An inspection as people read it. */
export function inspectionText(inspection: Inspection): string {
  const sections = [
    alignColumns(facts(inspection)),
    section('Inputs', inspection.inputs.map(valueRow)),
    section('Outputs', inspection.outputs.map(valueRow)),
    section(
      'Data files',
      inspection.externalData.map(({ location, bytes, linkedTo }) => [
        location,
        byteText(bytes),
        ...(linkedTo === undefined ? [] : [`a link to ${linkedTo}`]),
      ]),
    ),
    section(
      'Metadata',
      Object.entries(inspection.metadata).map(([key, value]) => [key, shorten(value)]),
    ),
    section('Operators', operatorRows(inspection.operators)),
    list('Intake would change', inspection.changes),
    ...schemaSections(inspection),
    list('It cannot be served', inspection.problems),
  ];
  return sections.join('');
}

function facts(model: Inspection): string[][] {
  const { producer, weights } = model;
  return [
    ['File', model.file],
    ['Size', byteText(model.bytes)],
    ...(weights.tensors > 0
      ? [['Weights', `${weights.parameters.toLocaleString('en')} (tensors: ${weights.tensors})`]]
      : []),
    ['SHA-256', model.sha256],
    ['Producer', [producer.name, producer.version].join(' ').trim() || 'not stated'],
    [
      'Format',
      `IR version ${model.irVersion}, ${model.opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')}`,
    ],
  ];
}

function valueRow({ name, type, shape, isTensor }: ModelValue): string[] {
  return [name, type, isTensor ? shapeText(shape) : 'not a tensor'];
}

function shapeText(shape: ModelValue['shape']): string {
  return shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : 'of unknown rank';
}

function operatorRows(operators: ModelSummary['operators']): string[][] {
  const rows = operators.slice(0, MOST_OPERATORS).map(({ type, count, domain }) => [type, String(count), domain]);
  const rest = operators.length - rows.length;
  return rest > 0 ? [...rows, [`and ${rest} more`]] : rows;
}

function schemaSections({ schema }: Inspection): string[] {
  if (!schema) return [];
  const rows = (specs: readonly TensorSpec[]) =>
    specs.map((spec) => [spec.name, spec.datatype, `[${spec.shape.join(', ')}]`, names(spec)]);
  return [
    section(`Proposed: ${schema.modelType}`, [...rows(schema.inputs), ...rows(schema.outputs)]),
    list('Decided', schema.notes),
    list(
      'To be asked',
      schema.unknown.map(({ question, path }) => `${question} (${path})`),
    ),
  ];
}

function names({ features, labels }: TensorSpec): string {
  const all = features?.map(({ name }) => name) ?? labels ?? [];
  return all.length > MOST_NAMES ? `${all.slice(0, MOST_NAMES).join(', ')}, … (${all.length})` : all.join(', ');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length > 0 ? `\n${title}\n${alignColumns(rows, '  ')}` : '';
}

function list(title: string, lines: readonly string[]): string {
  return lines.length > 0 ? `\n${title}\n${lines.map((line) => `  - ${printable(line)}\n`).join('')}` : '';
}
