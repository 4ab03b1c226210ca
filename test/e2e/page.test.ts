import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { temporaryFolder } from './support/folder.ts';
import { repositoryRoot } from './support/packed.ts';
import { must } from './support/run.ts';
import { type Serving, serve } from './support/serve.ts';
import { stampOut } from './support/stamp-out.ts';

/* The page of a stamped-out service in a real browser (Debian's Chromium). */

/** A browser that asks nobody for anything: no updates, no sync, no probes of the network. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const folder = temporaryFolder();
const directory = join(folder, 'iris');
let serving: Serving;
let browser: Browser;

beforeAll(async () => {
  await stampOut(directory, ['description=Tells three species of iris apart by the size of their flowers']);
  await must('npm', ['run', 'build'], { cwd: directory });
  serving = await serve(directory);
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: QUIET });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await serving?.stop();
});

/** Opens the page, and fails on whatever the browser complains about or fetches from elsewhere. */
async function open(colorScheme: 'light' | 'dark'): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 660 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on(
    'request',
    (request) => request.url().startsWith(serving.url) || complaints.push(`asked for ${request.url()}`),
  );
  await page.goto(serving.url);
  return { page, complaints };
}

test.each(['light', 'dark'] as const)(
  'a person fills in a flower and reads the answer, in %s',
  async (colorScheme) => {
    const { page, complaints } = await open(colorScheme);
    for (const [label, value] of [
      ['sepal length', '5.1'],
      ['sepal width', '3.5'],
      ['petal length', '1.4'],
      ['petal width', '0.2'],
    ] as const) {
      await page.getByLabel(label).fill(value);
    }
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.getByText('98.1 %').waitFor();
    expect(await page.getByText('setosa').count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    const folder =
      process.env['UPDATE_DOCS'] === '1'
        ? join(repositoryRoot, 'docs', 'images')
        : join(repositoryRoot, 'test', '.cache');
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, colorScheme === 'light' ? 'page.png' : 'page-dark.png') });
    await page.close();
  },
  60_000,
);

test('a value that is missing: the service’s own words, and the field marked', async () => {
  const { page } = await open('light');
  // The page opens with a sample filled in; from then on another one can be asked for.
  await page.getByRole('button', { name: 'Use a sample' }).waitFor();
  await page.getByLabel('sepal length').fill('');
  await page.getByRole('button', { name: 'Predict' }).click();
  await page.locator('.error', { hasText: /instances\[0\].*sepal_length/ }).waitFor();
  expect(await page.getByLabel('sepal length').getAttribute('aria-invalid')).toBe('true');
  await page.close();
}, 60_000);

test('labels are shown as text, whatever they hold', async () => {
  const label = '<img src=x onerror="document.title=1">';
  const hostile = join(folder, 'hostile');
  const outputs = [{ name: 'p', datatype: 'FP32', shape: [-1, 2], labels: [label, 'b'] }];
  await stampOut(hostile, [`outputs=${JSON.stringify(outputs)}`, `description=<script>document.title=2</script>`]);
  await must('npm', ['run', 'build'], { cwd: hostile });
  const other = await serve(hostile);
  try {
    const page = await browser.newPage();
    await page.goto(other.url);
    await page.getByRole('button', { name: 'Use a sample' }).click();
    await page.getByText(label).first().waitFor();
    expect(await page.title()).toContain('hostile');
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  } finally {
    await other.stop();
  }
}, 60_000);
