import { features } from '../../../runtime/features.ts';
import { bodyOf, boot } from '../../helpers/service.ts';

const FILES = { '/': 'text/html', '/page.css': 'text/css', '/page.js': 'text/javascript' };

test('the page and its files are answered, and load nothing from elsewhere', async () => {
  const { url } = await boot({ start: false });
  for (const [path, type] of Object.entries(FILES)) {
    const response = await fetch(url + path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
  const html = await (await fetch(url)).text();
  expect(html).toContain('<html lang="en"');
  for (const path of ['/page.css', '/page.js']) {
    expect(html).toContain(`"${path}"`);
    expect(await (await fetch(url + path)).text()).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  }
});

test('without the feature there is nothing at its paths', async () => {
  const { url } = await boot({ start: false, features: features.filter(({ name }) => name !== 'page') });
  for (const path of Object.keys(FILES)) {
    const response = await fetch(url + path);
    expect([path, response.status, (await bodyOf(response))['code']]).toEqual([path, 404, 'NOT_FOUND']);
  }
});
