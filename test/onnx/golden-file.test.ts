import { parseGoldenFile } from '../../generators/onnx/golden-file.ts';

test('a byte order mark before golden samples is no part of them', () => {
  const text = '{"tolerance": 0, "samples": [{"instance": [1], "prediction": {"value": 2}}]}';
  expect(parseGoldenFile(`\ufeff${text}`, 'golden.json')).toEqual(JSON.parse(text));
});
