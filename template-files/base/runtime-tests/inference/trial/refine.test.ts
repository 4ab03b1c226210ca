import { refinedShape } from '../../../runtime/inference/trial/run.ts';

test.each([
  ['a size that the runtime knows', [1, -1, 8], [1, 1, 8], [1, 1, 8], [1, 1, 8]],
  ['another number of axes', [-1], [-1, 3], [1, 3], [-1, 3]],
  ['axes that only an answer shows, without its sizes', [-1], [], [2, 3], [-1, -1]],
  ['axes that nothing shows', [-1, 3], [], undefined, [-1, 3]],
  ['a size that serving.yaml fixes', [-1, 3], [-1, -1], [1, 3], [-1, 3]],
  ['a size in an answer, which may differ in the next one', [-1, -1], [-1, -1], [1, 5], [-1, -1]],
] as const)('%s', (_, promised, shape, answered, expected) => {
  expect(refinedShape(promised, { shape }, answered)).toEqual(expected);
});
