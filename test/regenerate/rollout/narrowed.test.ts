import { narrowed } from '../../../generators/regenerate/rollout/narrowed.ts';

it.each<[string, object, object, string[]]>([
  ['a bound falls', { maximum: 10 }, { maximum: 5 }, ['the whole has maximum 5 instead of 10']],
  ['a bound rises', { maximum: 5 }, { maximum: 10 }, []],
  ['a lower bound rises', { minLength: 1 }, { minLength: 2 }, ['the whole has minLength 2 instead of 1']],
  ['a bound comes', {}, { maxItems: 3 }, ['the whole has maxItems 3']],
  ['a bound goes', { maxItems: 3 }, {}, []],
  ['a pattern comes', {}, { pattern: '^a$' }, ['the whole has another pattern']],
  ['a pattern goes', { pattern: '^a$' }, {}, []],
  ['anything becomes one of some', {}, { enum: ['a'] }, ['the whole must be one of ["a"]']],
  ['a choice grows', { enum: ['a'] }, { enum: ['a', 'b'] }, []],
  ['other keys are refused', {}, { additionalProperties: false }, ['the whole takes no other keys']],
  ['elements', { items: { type: 'string' } }, { items: { type: 'number' } }, ['[] is of another type']],
  [
    'behind a reference, of two names',
    { properties: { a: { $ref: '#/definitions/x' } }, definitions: { x: { maximum: 9 } } },
    { properties: { a: { $ref: '#/definitions/y' } }, definitions: { y: { maximum: 8 } } },
    ['a has maximum 8 instead of 9'],
  ],
  ['a reference to nowhere', { $ref: '#/nowhere' }, { $ref: '#/nowhere/else' }, []],
])('%s', (_, old, fresh, places) => {
  expect(narrowed(old, fresh)).toEqual(places);
});

it('ends where a schema holds itself', () => {
  const tree = (maximum: number) => ({
    properties: { child: { $ref: '#/definitions/tree' } },
    definitions: { tree: { maximum, properties: { child: { $ref: '#/definitions/tree' } } } },
  });
  expect(narrowed(tree(2), tree(1))[0]).toBe('child has maximum 1 instead of 2');
});
