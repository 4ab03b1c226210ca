import { isDeepStrictEqual } from 'node:util';
import { type Document, parseDocument } from 'yaml';
import type { Answers } from '../questions/questions.ts';
import type { TensorSpec } from '../tensor.ts';

/** What `model:` in serving.yaml says of the file. */
export interface ModelFacts {
  /** Hex. */
  readonly sha256: string;
  readonly placeholder: boolean;
}

/**
 * Writes the answers into the template's serving.yaml; comments and order of the text stay.
 * An interface that is the template's own is left as it is written there.
 */
export function renderServingYaml(text: string, answers: Answers, facts: ModelFacts): string {
  const document = parseDocument(text);
  document.setIn(['model', 'name'], answers.modelName);
  setQuoted(document, ['model', 'version'], answers.modelVersion);
  document.setIn(['model', 'type'], answers.modelType);
  setQuoted(document, ['model', 'sha256'], facts.sha256);
  if (facts.placeholder) document.setIn(['model', 'placeholder'], true);
  for (const side of ['inputs', 'outputs'] as const) {
    const current = (document.get(side) as { toJSON?: () => unknown } | undefined)?.toJSON?.();
    if (!isDeepStrictEqual(current, answers[side])) document.set(side, tensorsNode(document, answers[side]));
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Versions and hashes can look like numbers; they are always quoted. */
function setQuoted(document: Document, path: readonly string[], value: string): void {
  const scalar = document.createNode(value);
  scalar.type = 'QUOTE_DOUBLE';
  document.setIn(path, scalar);
}

function tensorsNode(document: Document, tensors: readonly TensorSpec[]) {
  const node = document.createNode(tensors);
  for (const [i] of tensors.entries()) {
    for (const key of ['shape', 'labels', 'image', 'text']) setFlow(node.getIn([i, key], true));
    for (const feature of (node.getIn([i, 'features'], true) as { items?: unknown[] } | undefined)?.items ?? [])
      setFlow(feature);
  }
  return node;
}

/** `[-1, 4]` and `{ name: a }` read better on one line. */
function setFlow(node: unknown): void {
  if (typeof node === 'object' && node !== null) (node as { flow?: boolean }).flow = true;
}
