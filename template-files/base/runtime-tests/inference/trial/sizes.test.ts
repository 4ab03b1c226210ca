import { sizesToTry } from '../../../runtime/inference/trial/blocks.ts';

test('a model without free axes is tried once', () => {
  expect(sizesToTry({ imgsz: '[640, 480]' }, 0)).toEqual([[]]);
});

test('sizes that the metadata names come first, in the order of the axes and alike', () => {
  expect(sizesToTry({ imgsz: '[96, 160]' }, 2).slice(0, 4)).toEqual([
    [96, 160],
    [96, 96],
    [160, 160],
    [1, 1],
  ]);
  // The batch and the channels are named as well.
  expect(sizesToTry({ input_shape: '1,3,224,200' }, 2)[0]).toEqual([224, 200]);
  expect(sizesToTry({ max_length: '77' }, 1)[0]).toEqual([77]);
});

test('without any, common sizes are tried for all axes alike, each once', () => {
  const sizes = sizesToTry({ names: '{0: "a", 1: "b"}', imgsz: 'none' }, 3);
  expect(sizes.slice(0, 3)).toEqual([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
  ]);
  expect(new Set(sizes.map(String)).size).toBe(sizes.length);
});

test.each(['0', '-1', '99999999999', `${'1, '.repeat(1000)}2`])('%.20s is no size', (text) => {
  expect(sizesToTry({ imgsz: text }, 1)[0]).toEqual([1]);
});
