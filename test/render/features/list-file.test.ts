import { FEATURE_NAMES } from '../../../generators/questions/features.ts';
import { featureListText } from '../../../generators/render/features/list-file.ts';

test('a list that is too long for a line has one name a line, as the formatter writes it', () => {
  const text = featureListText(FEATURE_NAMES);
  expect(text).toMatch(/= \[\n {2}batch,\n {2}drift,\n.* {2}variants,\n\];\n$/s);
  expect(text.split('\n').every(({ length }) => length <= 120)).toBe(true);
});
