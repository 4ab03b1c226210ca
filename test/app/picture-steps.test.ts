import { readHuggingFace } from '../../generators/app/picture-steps/huggingface.ts';
import { withPictureSteps } from '../../generators/app/picture-steps/steps.ts';
import { readTimm } from '../../generators/app/picture-steps/timm.ts';
import { takeIn } from '../../generators/onnx/intake.ts';

/* How the settings of the training side become steps of serving.yaml. The files are those of models on the Hugging Face hub. */

const free = { datatype: 'FP32', shape: [-1, 3, -1, -1] } as const;
const fixed = { datatype: 'FP32', shape: [-1, 3, 224, 224] } as const;
const HALF = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const VIT = {
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  ...HALF,
  image_processor_type: 'ViTImageProcessor',
  resample: 2,
  rescale_factor: 0.00392156862745098,
  size: { height: 224, width: 224 },
};
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

describe('preprocessor_config.json of Hugging Face', () => {
  test('ViT is stretched to its size, which the shape may leave free', () => {
    const values = { interpolation: 'bilinear', mean: HALF.image_mean, std: HALF.image_std };
    expect(readHuggingFace(VIT, fixed)).toEqual({ steps: { profile: 'huggingface', ...values } });
    expect(readHuggingFace(VIT, free)).toEqual({ steps: { profile: 'huggingface', size: [224, 224], ...values } });
  });

  test('CLIP is cropped, ConvNeXT from a larger side, and models of bytes get no mean', () => {
    const clip = { ...VIT, do_center_crop: true, crop_size: 224, size: { shortest_edge: 232 }, resample: 3 };
    const place = { profile: 'huggingface', fit: 'cover', shorterSide: 232, interpolation: 'bicubic' };
    expect(readHuggingFace(clip, { ...fixed, datatype: 'UINT8' })).toEqual({ steps: place });
    const convnext = { ...VIT, crop_pct: 0.875, size: { shortest_edge: 224 } };
    expect(readHuggingFace(convnext, fixed)).toMatchObject({ steps: { fit: 'cover', shorterSide: 256 } });
    const large = { ...VIT, crop_pct: 0.875, size: { shortest_edge: 384 } };
    const { steps } = readHuggingFace(large, free) as { steps: object };
    expect(steps).toMatchObject({ size: [384, 384] });
    expect(steps).not.toHaveProperty('fit');
  });

  test('values without a mean, of another scale, and blue first are written down', () => {
    const plain = { ...VIT, do_normalize: false, do_rescale: false, do_flip_channel_order: true };
    expect(readHuggingFace(plain, fixed)).toMatchObject({ steps: { scale: 1, mean: [0], std: [1], color: 'bgr' } });
  });

  test.each([
    [{ do_pad: true }, 'do_pad'],
    [{ rescale_offset: true }, 'rescale_offset'],
    [{ resample: 5 }, 'resample is 5'],
    [{ resample: undefined }, 'resample is undefined'],
    [{ do_resize: false }, 'does not resize'],
    [{ size: { longest_edge: 800 } }, 'its size is {"longest_edge":800}'],
    [{ size: { shortest_edge: 256 } }, 'crops nothing'],
    [{ size: { height: 256, width: 256 }, do_center_crop: true, crop_size: 224 }, 'stretches pictures'],
    [{ size: { shortest_edge: 200 }, do_center_crop: true, crop_size: 224 }, 'from a shorter side of 200'],
    [{ size: { height: 384, width: 384 } }, 'pictures of 384 x 384, and the model takes 224 x 224'],
  ])('%j is named, and nothing is taken', (changes, problem) => {
    expect(readHuggingFace({ ...VIT, ...changes }, fixed)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('pretrained_cfg of timm', () => {
  const settings = { input_size: [3, 224, 224], interpolation: 'bicubic', crop_pct: 0.95, ...IMAGENET };

  test('gives the shorter side rounded down', () => {
    const steps = { profile: 'timm', shorterSide: 235, interpolation: 'bicubic', ...IMAGENET };
    expect(readTimm(settings, fixed)).toEqual({ steps });
    expect(readTimm({ ...settings, crop_pct: 1, crop_mode: 'squash' }, free)).toMatchObject({
      steps: { size: [224, 224], fit: 'stretch' },
    });
  });

  test.each([
    [{ interpolation: 'random' }, 'interpolation'],
    [{ crop_mode: 'border' }, 'crop_mode'],
    [{ input_size: undefined }, 'input_size'],
    [{ crop_pct: 0 }, 'crop_pct'],
    [{ input_size: [3, 240, 240] }, '240 x 240'],
  ])('%j is named', (changes, problem) => {
    expect(readTimm({ ...settings, ...changes }, fixed)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('a model with settings', () => {
  const intake = takeIn('test/models/crafted/image.onnx');
  const [input] = intake.schema.inputs;
  const [, ...sides] = (input?.shape ?? []).filter((size) => size !== 3 && size !== 1);
  const side = sides[0] ?? 0;
  const found = (value: unknown) => ({ from: 'preprocessor_config.json', text: JSON.stringify(value) });
  const vit = { ...VIT, size: { height: side === -1 ? 32 : side, width: side === -1 ? 32 : side } };

  test('is proposed with them, and nothing is left to ask', () => {
    const { schema, propose } = withPictureSteps(intake, found(vit));
    expect(schema.modelType).toBe('image-classification');
    expect(schema.inputs[0]?.image).toMatchObject({ profile: 'huggingface', interpolation: 'bilinear' });
    expect(schema.unknown.filter(({ kind }) => kind === 'image')).toEqual([]);
    expect(schema.notes.at(-1)).toMatch(
      /^pictures are prepared as preprocessor_config.json says: profile: huggingface/,
    );
    expect(propose('custom').inputs[0]).not.toHaveProperty('image');
  });

  test('that cannot be used keeps its question, and says why', () => {
    const { schema } = withPictureSteps(intake, found({ ...vit, do_pad: true }));
    expect(schema.inputs[0]).not.toHaveProperty('image');
    expect(schema.unknown.some(({ kind }) => kind === 'image')).toBe(true);
    expect(schema.notes.at(-1)).toContain('not taken from preprocessor_config.json: it has do_pad');
  });

  test('that are damaged is refused with the place', () => {
    const broken = { from: 'preprocessor_config.json', text: '{' };
    expect(() => withPictureSteps(intake, broken)).toThrow('preprocessor_config.json cannot be used');
    expect(() => withPictureSteps(intake, found([]))).toThrow('expected an object');
  });

  test('of its own metadata goes before a file, in the words of serving.yaml', () => {
    const metadata = (value: unknown) => ({
      ...intake,
      summary: { ...intake.summary, metadata: { preprocessing: JSON.stringify(value) } },
    });
    const steps = { profile: 'opencv', interpolation: 'area' };
    expect(withPictureSteps(metadata(steps), found(vit)).schema.inputs[0]?.image).toEqual(steps);
    expect(() => withPictureSteps(metadata({ profile: 'opencv', sharpen: 1 }), undefined)).toThrow('sharpen');
    expect(() => withPictureSteps(metadata({ interpolation: 'area' }), undefined)).toThrow('goes with a profile');
  });
});
