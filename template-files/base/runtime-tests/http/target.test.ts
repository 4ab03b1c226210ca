import { pathOf, queryOf } from '../../runtime/http/target.ts';

test.each([
  ['/predict?top_k=1', '/predict?top_k=1'],
  ['http://a:99999/predict/test?x', '/predict/test?x'],
  ['HTTPS://[::1/predict', '/predict'],
  ['http://user:pass@host', '/'],
  ['http://host?x=1', '/?x=1'],
  ['//a:99999/predict', '//a:99999/predict'],
  ['*', '*'],
  ['ftp://host/predict', 'ftp://host/predict'],
  ['', ''],
])('%s is a request for %s', (target, path) => {
  expect(pathOf(target)).toBe(path);
});

test.each([
  ['/predict/test?sample=1&x=%zz#&sample=2', 'sample', ['1']],
  ['//a:99999/?sample=1&sample=%00', 'sample', ['1', '\0']],
  ['http://a:99999/?top_k=3', 'top_k', ['3']],
  ['/predict', 'top_k', []],
])('the query of %s has for %s %j', (target, name, values) => {
  expect(queryOf(target).getAll(name)).toEqual(values);
});
