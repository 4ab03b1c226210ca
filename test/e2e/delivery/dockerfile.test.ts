import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { run } from '../support/run.ts';
import { stamp } from './support/stamp.ts';

/*
 * What the image of another platform keeps. The step that prunes is run on a tree of every platform's binaries: a build machine
 * without emulation cannot build the whole image of another platform.
 */

const folder = temporaryFolder();
const PLATFORMS = ['darwin/arm64', 'linux/arm64', 'linux/x64', 'win32/arm64', 'win32/x64'];

/** Runs the step of the Dockerfile that installs and prunes, with an npm that notes what it is asked for. */
async function prune(name: string, targetArch: string, platforms: readonly string[] = PLATFORMS) {
  const place = join(folder, name);
  const bin = join(place, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
  for (const platform of platforms) {
    mkdirSync(join(bin, platform), { recursive: true });
    writeFileSync(join(bin, platform, 'onnxruntime_binding.node'), '');
  }
  for (const file of ['index.js', 'index.d.ts', 'index.js.map', 'README.md']) {
    writeFileSync(join(place, 'node_modules', 'onnxruntime-node', file), '');
  }
  writeFileSync(join(place, 'npm'), `#!/bin/sh\necho "$*" >>"${place}/asked"\n`);
  writeFileSync(join(place, 'dpkg'), '#!/bin/sh\necho amd64\n');
  for (const program of ['npm', 'dpkg']) chmodSync(join(place, program), 0o755);

  const dockerfile = readFileSync(join(await stamp([]), 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
  const [, step = ''] = /^RUN --mount=\S+\s+(arch=.*)$/m.exec(dockerfile) ?? [];
  expect(step).toContain('onnxruntime-node');
  const env = { ...process.env, TARGETARCH: targetArch, PATH: `${place}:${process.env['PATH']}` };
  const { code } = await run('sh', ['-c', step], { cwd: place, env });
  const left = readdirSync(bin).flatMap((system) => readdirSync(join(bin, system)).map((arch) => `${system}/${arch}`));
  return { code, left, place, asked: readFileSync(join(place, 'asked'), 'utf8') };
}

test.each([
  ['amd64', 'linux/x64', '--cpu=x64'],
  ['arm64', 'linux/arm64', '--cpu=arm64'],
  ['', 'linux/x64', '--cpu=x64'],
])('for %j it keeps the binaries of %s, and asks npm for its packages', async (targetArch, kept, flag) => {
  const { code, left, asked, place } = await prune(`for-${targetArch}`, targetArch);
  expect(code).toBe(0);
  expect(left).toEqual([kept]);
  expect(asked).toContain('--os=linux');
  expect(asked).toContain(flag);
  const packed = readdirSync(join(place, 'node_modules', 'onnxruntime-node'));
  expect(packed.sort()).toEqual(['bin', 'index.js']);
});

test('a platform that the runtime has no binaries for ends the build', async () => {
  const { code } = await prune('strange', 'riscv64');
  expect(code).not.toBe(0);
});

test('every stage that only compiles or installs runs on the builder’s own platform', async () => {
  const text = readFileSync(join(await stamp([]), 'Dockerfile'), 'utf8');
  const stages = [...text.matchAll(/^FROM (--platform=\S+ )?\S+ AS (\w+)$/gm)].map(([, platform, name]) => [
    name,
    platform,
  ]);
  expect(stages).toEqual([
    ['builder', '--platform=$BUILDPLATFORM '],
    ['base', undefined],
    ['build', '--platform=$BUILDPLATFORM '],
    ['dependencies', '--platform=$BUILDPLATFORM '],
    ['runtime', undefined],
  ]);
  // What runs in the last stage runs emulated: removing files is all it may do.
  const last = text.slice(text.indexOf(' AS runtime')).replaceAll('\\\n', '');
  expect([...last.matchAll(/^RUN (\w+ -\w+)/gm)].map(([, command]) => command)).toEqual(['rm -rf']);
});

test.each(['20', '22', '24'])(
  'Node.js %s: the base image is named literally where it enters, and has one override',
  async (node) => {
    const text = readFileSync(join(await stamp([`node=${node}`]), 'Dockerfile'), 'utf8');
    const bases = [...text.matchAll(/^FROM (?:--platform=\S+ )?(\S+) AS (\w+)$/gm)].map(
      ([, base, name]) => `${name}: ${base}`,
    );
    const image = `docker.io/library/node:${node}-bookworm-slim`;
    expect(bases).toEqual([
      `builder: ${image}`,
      `base: ${image}`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Docker's.
      ...['build: ${NODE_IMAGE:-builder}', 'dependencies: ${NODE_IMAGE:-builder}', 'runtime: ${NODE_IMAGE:-base}'],
    ]);
  },
);

test.each([
  [['features=none'], ['public', 'scripts/fetch-model.mjs']],
  [[], ['scripts/fetch-model.mjs']],
  [['features=all', 'modelSource=storage'], []],
])('%j: all that the image copies is let through by .dockerignore, and nothing else', async (sets, absent) => {
  const directory = await stamp(sets);
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, names]) => names?.split(' ') ?? [],
  );
  const allowed = read('.dockerignore')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const top = (name: string) => name.replace(/^\.\//, '').split('/')[0];
  expect([...new Set(copied.map(top))].sort()).toEqual([...new Set(allowed.map(top))].sort());
  for (const name of allowed) expect(existsSync(join(directory, name))).toBe(true);
  for (const name of absent) expect(existsSync(join(directory, name))).toBe(false);
});
