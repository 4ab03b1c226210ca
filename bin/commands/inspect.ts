import { withStepsOf } from '../../generators/app/picture-steps/steps.ts';
import { hashOf } from '../../generators/contents.ts';
import { externalFiles, findExternal } from '../../generators/onnx/external.ts';
import { unsupported } from '../../generators/onnx/faults.ts';
import { servingProblems } from '../../generators/onnx/intake.ts';
import { planChanges } from '../../generators/onnx/plan.ts';
import { type ProposedSchema, proposeSchema } from '../../generators/onnx/propose.ts';
import { RUNTIME } from '../../generators/onnx/runtime.ts';
import { piecesOf, type Source, withFile } from '../../generators/onnx/source.ts';
import { type ModelSummary, readModel, summarise } from '../../generators/onnx/summary.ts';
import { preprocessorNear } from '../given-preprocessor.ts';
import { inspectionText } from './inspect-text.ts';

/** Where a command writes what was asked for. */
export interface Output {
  write(text: string): void;
}

/** What `inspect --json` prints. */
export interface Inspection extends ModelSummary {
  readonly sha256: string;
  /** Files with weights; `linkedTo` is where one really is that is reached through a link of a cache. */
  readonly externalData: readonly { readonly location: string; readonly bytes: number; readonly linkedTo?: string }[];
  /** Why it cannot be served; empty if it can. */
  readonly problems: readonly string[];
  /** What intake would change in the model. */
  readonly changes: readonly string[];
  /** The schema that intake would propose; null if the model cannot be served. */
  readonly schema: ProposedSchema | null;
}

/** `create-ml-serving inspect <file.onnx>`: what the file holds, and the schema that would be asked. */
export function inspect(file: string, { json = false }: { readonly json?: boolean }, io: Output): void {
  withFile(file, (source) => {
    const inspection = examine(source);
    io.write(json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionText(inspection));
    if (inspection.problems.length > 0) {
      throw unsupported(source, `cannot be served with ${RUNTIME}: ${inspection.problems.join('; ')}`);
    }
  });
}

function examine(source: Source): Inspection {
  const model = readModel(source);
  const summary = summarise(source, model);
  const problems = servingProblems(model, summary);
  const plan = planChanges(source, model.graph);
  const externalData = externalFiles(model, source.name).map((data) => {
    const { bytes, linkedTo } = findExternal(source.name, data);
    return { location: data.location, bytes, ...(linkedTo !== undefined && { linkedTo }) };
  });
  const proposed = () =>
    withStepsOf(proposeSchema(plan.after(summary)), summary.metadata, preprocessorNear(source.name));
  return {
    ...summary,
    sha256: hashOf(piecesOf(source)),
    externalData,
    problems,
    changes: plan.texts,
    schema: problems.length > 0 ? null : proposed(),
  };
}
