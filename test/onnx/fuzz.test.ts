import fc from 'fast-check';
import { inspect } from '../../bin/commands/inspect.ts';
import { ServingError } from '../../generators/errors.ts';
import { takeIn } from '../../generators/onnx/intake.ts';
import { modelBytes } from './fixtures.ts';

const MODELS = ['zipmap-int/model', 'naive-bayes/model', 'torch-mlp/model', 'crafted/nested', 'crafted/values'].map(
  modelBytes,
);
const RUNS = 3000;

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

const edits = fc.array(fc.record({ at: fc.nat(4000), remove: fc.nat(6), insert: fc.uint8Array({ maxLength: 6 }) }), {
  minLength: 1,
  maxLength: 4,
});

function mutate(bytes: Uint8Array, changes: readonly Edit[]): Uint8Array {
  return changes.reduce((now, { at, remove, insert }) => {
    const from = at % (now.length + 1);
    return Buffer.concat([now.subarray(0, from), insert, now.subarray(from + remove)]);
  }, bytes);
}

function takenOrRefused(bytes: Uint8Array): void {
  try {
    takeIn(bytes);
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    expect(error.code).toMatch(/^MODEL_/);
  }
}

describe('any bytes are taken in or refused with a reason, in no time', () => {
  it('mutations of real models', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), edits, (bytes, changes) => takenOrRefused(mutate(bytes, changes))),
      { numRuns: RUNS },
    );
  });

  it('cuts of real models', () => {
    for (const bytes of MODELS) for (let end = 0; end < bytes.length; end++) takenOrRefused(bytes.subarray(0, end));
  });

  it('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), takenOrRefused), { numRuns: RUNS });
  });
});

it('inspect reports a missing file like any other command', () => {
  expect(() => inspect('no-such-file.onnx', {}, { write: () => undefined })).toThrow(ServingError);
});
