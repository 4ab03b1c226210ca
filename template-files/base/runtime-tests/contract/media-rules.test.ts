import { mediaRules } from '../../runtime/contract/media-rules.ts';
import type { InputSpec, ModelType } from '../../runtime/contract/serving.ts';
import { serving } from '../helpers/serving.ts';

function problems(type: ModelType, ...inputs: InputSpec[]): string[] {
  const contract = serving({ model: { ...serving().model, type }, inputs });
  return mediaRules.flatMap((rule) => rule(contract)).map(({ field, found }) => `${field}: ${found}`);
}

const picture: InputSpec = { name: 'x', datatype: 'FP32', shape: [-1, 3, 4, 4] };
const text: InputSpec = { name: 't', datatype: 'BYTES', shape: [-1, 1] };
const ids: InputSpec = { name: 'i', datatype: 'INT64', shape: [-1, -1], text: { tokenizer: 'model/tokenizer.json' } };

test('inputs that can take pictures and texts', () => {
  expect(problems('image-classification', { ...picture, image: { mean: [0, 0, 0], std: [1] } })).toEqual([]);
  expect(problems('image-classification', { ...picture, datatype: 'UINT8', shape: [1, 28, 28, 1] })).toEqual([]);
  const free = { ...picture, shape: [-1, 3, -1, -1] };
  expect(problems('image-classification', { ...picture, image: { profile: 'torchvision', exif: 'apply' } })).toEqual(
    [],
  );
  expect(problems('image-classification', { ...free, image: { profile: 'yolo', size: [4, 4] } })).toEqual([]);
  expect(problems('image-classification', { ...free, image: { profile: 'pil' } })).toEqual([]);
  expect(problems('text-classification', { ...text, text: { lowercase: true } })).toEqual([]);
  expect(problems('text-classification', ids, { name: 'm', datatype: 'INT64', shape: [-1, -1] })).toEqual([]);
  expect(problems('custom', picture)).toEqual([]);
});

test.each([
  ['image-classification', { ...picture, shape: [-1, 4, 4] }, 'inputs: FP32 [-1, 4, 4]'],
  ['image-classification', { ...picture, shape: [-1, 2, 4, 4] }, 'inputs: FP32 [-1, 2, 4, 4]'],
  ['image-classification', { ...picture, datatype: 'INT64' }, 'inputs: INT64 [-1, 3, 4, 4]'],
  ['image-classification', { ...picture, image: { mean: [0, 0] } }, 'inputs[0].image.mean: 2'],
  ['image-classification', { ...picture, image: { std: [0] } }, 'inputs[0].image.std: 0'],
  ['image-classification', { ...picture, image: { shorterSide: 8 } }, 'inputs[0].image.shorterSide: 8'],
  ['image-classification', { ...picture, image: { fit: 'cover', shorterSide: 3 } }, 'inputs[0].image.shorterSide: 3'],
  ['image-classification', { ...picture, image: { antialias: true } }, 'inputs[0].image.antialias: true'],
  ['image-classification', { ...picture, image: { profile: 'pil', size: [4, 5] } }, 'inputs[0].image.size: 4 and 5'],
  [
    'image-classification',
    { ...picture, image: { profile: 'timm', shorterSide: 3 } },
    'inputs[0].image.shorterSide: 3',
  ],
  [
    'image-classification',
    { ...picture, image: { profile: 'pil', cropOffset: [0, 1] } },
    'inputs[0].image.cropOffset: 0,1',
  ],
  [
    'image-classification',
    { ...picture, shape: [-1, 3, -1, 4], image: { profile: 'yolo' } },
    'inputs[0].image.size: -1 and 4',
  ],
  ['text-classification', { ...text, shape: [-1, 2] }, 'inputs: BYTES [-1, 2]'],
  ['text-classification', { ...ids, text: {} }, 'inputs[0].text.tokenizer: 0'],
  ['text-classification', { ...ids, datatype: 'FP32' }, 'inputs: FP32 [-1, -1]'],
  ['text-classification', { ...text, text: { pairs: true } }, 'inputs[0].text.pairs: none'],
  ['tabular-regression', { ...picture, image: {} }, 'inputs[0].image: one'],
  ['custom', { ...text, text: {} }, 'inputs[0].text: one'],
] as const)('%s: what does not fit is named (%#)', (type, input, problem) => {
  expect(problems(type, input as InputSpec)).toEqual([problem]);
});
