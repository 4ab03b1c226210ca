import { inspect } from '../../bin/commands/inspect.ts';
import { alignColumns, byteText, printable } from '../../bin/commands/table.ts';
import { modelPath, refusal } from '../onnx/fixtures.ts';

function inspected(name: string, options = {}): string {
  let printed = '';
  inspect(modelPath(name), options, { write: (text) => (printed += text) });
  return printed;
}

describe('inspect', () => {
  it('prints what a file holds and what intake would make of it', () => {
    const text = inspected('zipmap-int/model').replace(/^File.*$/m, 'File      model.onnx');
    expect(text).toMatchInlineSnapshot(`
"File      model.onnx
Size      3.2 KB
SHA-256   b2fdb08336eaa6b173869114b251b9424a64f3e8d4075fc55b2d783f470fb441
Producer  skl2onnx 1.20.0
Format    IR version 8, ai.onnx.ml 1, ai.onnx 17

Inputs
  X  tensor(float)  [?, 4]

Outputs
  output_label        tensor(int64)                  [?]
  output_probability  seq(map(int64,tensor(float)))  not a tensor

Operators
  Cast                    1  ai.onnx
  TreeEnsembleClassifier  1  ai.onnx.ml
  ZipMap                  1  ai.onnx.ml

Intake would change
  - ZipMap dropped: output output_probability, a list of maps, is now probabilities, FP32 [N, 3]; its classes are 0, 1, 2

Proposed: tabular-classification
  X              FP32   [-1, 4]  feature_0, feature_1, feature_2, feature_3
  output_label   INT64  [-1]
  probabilities  FP32   [-1, 3]  0, 1, 2

Decided
  - model type tabular-classification: probabilities has one score per class

To be asked
  - Names of the 4 columns of X, in their order (inputs[0].features)
  - Units and ranges of the columns of X (inputs[0].features)
  - Names of the classes 0, 1, 2, if they have any (outputs[1].labels)
"
`);
  });

  it('prints the same as data', () => {
    const data = JSON.parse(inspected('zipmap-int/model', { json: true }));
    expect(data).toMatchObject({
      bytes: 3243,
      irVersion: 8,
      producer: { name: 'skl2onnx' },
      externalData: [],
      problems: [],
      schema: { modelType: 'tabular-classification' },
    });
    expect(data.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(data.changes).toHaveLength(1);
  });

  it('lists data files', () => {
    expect(inspected('crafted/external')).toMatch(/Data files\n {2}external\.bin {2}32 bytes\n/);
  });

  it('prints the facts of a model that cannot be served, then fails with the reasons', () => {
    let printed = '';
    const act = () => inspect(modelPath('crafted/bfloat16'), {}, { write: (text) => (printed += text) });
    expect(refusal(act).code).toBe('MODEL_UNSUPPORTED');
    expect(printed).toMatch(/It cannot be served\n {2}- bfloat16 in operator MatMul\n/);
    expect(printed).not.toMatch(/Proposed/);
  });
});

describe('tables', () => {
  it('align columns', () => {
    expect(alignColumns([['a', 'long', 'x'], ['bbb', '', 'y'], ['c']])).toBe('a    long  x\nbbb        y\nc\n');
  });

  it('make control characters visible', () => {
    expect(printable('a\u001b[31mb\n\u202e')).toBe('a\\u{1b}[31mb\\u{a}\\u{202e}');
  });

  it('say sizes', () => {
    expect([0, 999, 1000, 2131, 5_300_000, 1.2e9].map(byteText)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 KB',
      '2.1 KB',
      '5.3 MB',
      '1.2 GB',
    ]);
  });
});
