import { encode } from '../../generators/onnx/encode.ts';
import { takeIn } from '../../generators/onnx/intake.ts';
import { MODEL } from '../../generators/onnx/schema.ts';
import { modelPath, refusal } from './fixtures.ts';

/** A model of one node, float in and out. */
function oneNode(opType: string, operatorSets: { domain?: string; version: number }[], domain?: string, irVersion = 8) {
  const type = { tensor: { elementType: 1, shape: { dims: [{ param: 'n' }] } } };
  const nodes = [{ opType, inputs: ['x'], outputs: ['y'], ...(domain && { domain }) }];
  const graph = { nodes, inputs: [{ name: 'x', type }], outputs: [{ name: 'y', type }] };
  return encode(MODEL, { irVersion, graph, operatorSets });
}

describe('a model that the runtime would not load is refused', () => {
  it.each([
    [oneNode('Relu', [{ version: 27 }]), 'opset 27 of ai.onnx (highest: 26)'],
    [oneNode('Relu', [{ version: 17 }], undefined, 14), 'IR version 14 (highest: 13)'],
    [oneNode('Relu', [{ version: 5 }]), 'operator Relu of ai.onnx 5 (it runs from opset 6 to 26)'],
    [oneNode('Scatter', [{ version: 17 }]), 'operator Scatter of ai.onnx 17 (it runs from opset 9 to 10)'],
    [oneNode('toString', [{ version: 17 }]), 'operator toString of ai.onnx 17'],
    [
      oneNode('Scaler', [{ version: 17 }, { domain: 'ai.onnx.ml', version: 6 }], 'ai.onnx.ml'),
      'opset 6 of ai.onnx.ml (highest: 5)',
    ],
  ])('case %#', (bytes, problem) => {
    const error = refusal(() => takeIn(bytes));
    expect(error.code).toBe('MODEL_UNSUPPORTED');
    expect(error.message).toBe(`the model cannot be served with onnxruntime 1.30.0: ${problem}.`);
  });

  it('with every reason at once', () => {
    const { message } = refusal(() => takeIn(modelPath('crafted/unknown-operators')));
    expect(message).toContain('operator Fancy of com.example, which is not part of the runtime');
    expect(message).toContain('operator Gelu of ai.onnx 17 (it runs from opset 20 to 26)');
    expect(message).toContain('operator TreeEnsembleRegressor of ai.onnx.ml 5 (it runs from opset 1 to 4)');
  });

  it('for bfloat16, which few operators take and the protocol does not carry', () => {
    const { message } = refusal(() => takeIn(modelPath('crafted/bfloat16')));
    expect(message).toContain('bfloat16 in operator MatMul');
    expect(message).toContain('input x is tensor(bfloat16)');
  });
});

it.each([
  [oneNode('Relu', [{ version: 26 }], undefined, 13)],
  [oneNode('HardSwish', [{ domain: 'ai.onnx', version: 17 }])],
  [oneNode('FastGelu', [{ version: 17 }], 'com.microsoft')],
])('models at the limits are taken in (case %#)', (bytes) => {
  expect(takeIn(bytes).changes).toEqual([]);
});

it('an operator that the model brings along as a function is taken', () => {
  expect(takeIn(modelPath('crafted/function')).summary.operators).toHaveLength(2);
});
