import { readSchema } from '../../runtime/config.ts';
import { DEFAULTS, type Serving } from '../../runtime/contract/serving.ts';
import { FEEDBACK_DEFAULTS } from '../../runtime/features/feedback/contract.ts';
import { PREDICTION_LOG_DEFAULTS } from '../../runtime/features/prediction-log/contract.ts';

export const SCHEMA = readSchema();

/** A small contract, to be changed by a test. */
export function serving(changes: Partial<Serving> = {}): Serving {
  return {
    apiVersion: 'ml-serving/v1',
    model: {
      name: 'sample',
      version: '1.0.0',
      type: 'tabular-classification',
      file: 'model/model.onnx',
      sha256: '0'.repeat(64),
    },
    inputs: [
      {
        name: 'x',
        datatype: 'FP32',
        shape: [-1, 2],
        features: [{ name: 'a', min: 0, max: 10 }, { name: 'b' }],
      },
    ],
    outputs: [{ name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] }],
    ...DEFAULTS,
    feedback: FEEDBACK_DEFAULTS,
    predictionLog: PREDICTION_LOG_DEFAULTS,
    ...changes,
  };
}
