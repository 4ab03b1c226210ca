import { isDeepStrictEqual } from 'node:util';
import { goldenText } from '../onnx/golden-file.ts';
import { placeholderModel } from '../onnx/placeholder.ts';
import type { Answers } from '../questions/questions.ts';
import { placeholderInstance } from './placeholder-instance.ts';
import { sampleOf } from './samples.ts';
import type { Template } from './template.ts';

export interface ModelFiles {
  /** Files of `model/`, by path in the repository. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** A stand-in that answers the right shapes, until the real model is released into the repository. */
  readonly placeholder: boolean;
}

/** The sample model where the interface is the sample's; else a placeholder with the interface that was asked for. */
export function modelFiles(answers: Answers, template: Template): ModelFiles {
  const sample = sampleOf(template, answers.modelType);
  const isSample = isDeepStrictEqual(
    { inputs: sample.inputs, outputs: sample.outputs },
    { inputs: answers.inputs, outputs: answers.outputs },
  );
  if (isSample) return { files: sample.files, placeholder: false };
  const model = placeholderModel(answers);
  const golden = {
    tolerance: 1e-5,
    samples: [{ instance: placeholderInstance(answers), prediction: model.prediction }],
  };
  return {
    files: new Map([
      ['model/model.onnx', model.bytes],
      ['model/golden.json', Buffer.from(goldenText(golden))],
    ]),
    placeholder: true,
  };
}
