// How long a person waits for the command line, beside what a person knows: `node` alone, cookiecutter, a plain Yeoman run.
// Whole processes, interleaved, medians; ratios within one run, because machines are noisy. Needs Python for cookiecutter.
//   npm run build && npm run bench
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn as spawnTerminal } from '@lydell/node-pty';
import { writeSection } from './report.mjs';

const REPEATS = 15;
const FILES = 60;
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'dist', 'create-ml-serving.js');
const work = mkdtempSync(join(tmpdir(), 'bench-'));

/** A cookiecutter template and a Yeoman generator that write the same sixty small files. */
function makePeers() {
  const venv = join(root, 'test', '.cache', 'bench-venv');
  const cookiecutter = join(venv, 'bin', 'cookiecutter');
  if (!existsSync(cookiecutter)) {
    execFileSync('python3', ['-m', 'venv', venv]);
    execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', 'cookiecutter==2.6.0'], { stdio: 'inherit' });
  }
  const template = join(work, 'cookiecutter');
  mkdirSync(join(template, '{{cookiecutter.name}}'), { recursive: true });
  writeFileSync(join(template, 'cookiecutter.json'), '{ "name": "made" }');
  const generator = join(work, 'generator');
  mkdirSync(join(generator, 'templates'), { recursive: true });
  for (let i = 0; i < FILES; i++) {
    writeFileSync(join(template, '{{cookiecutter.name}}', `file-${i}.txt`), `{{cookiecutter.name}} ${i}\n`.repeat(30));
    writeFileSync(join(generator, 'templates', `file-${i}.txt`), `<%= name %> ${i}\n`.repeat(30));
  }
  const yeoman = join(root, 'test', '.cache', 'bench-yeoman.mjs');
  writeFileSync(
    yeoman,
    `import { createEnv } from 'yeoman-environment';
import Generator from 'yeoman-generator';
class Sixty extends Generator {
  writing() { this.sourceRoot(process.argv[2]); this.fs.copyTpl(this.templatePath('**'), this.destinationPath(), { name: 'made' }); }
}
const env = createEnv({ cwd: process.argv[3], skipInstall: true, force: true });
await env.runGenerator(await env.instantiate(Sixty, { generatorOptions: { destinationRoot: process.argv[3] } }));
`,
  );
  return { cookiecutter, template, yeoman, templates: join(generator, 'templates') };
}

const peers = makePeers();
let count = 0;
const fresh = () => join(work, `out-${++count}`);
const node = (...args) => time(() => must(process.execPath, args));

const repository = fresh();
must(process.execPath, [bin, repository, '--yes', '--no-install', '--set', 'name=made']);

const cases = {
  'node -e 0': () => node('-e', '0'),
  'create-ml-serving --version': () => node(bin, '--version'),
  'create-ml-serving --help': () => node(bin, '--help'),
  'create-ml-serving <dir> --yes --no-install --no-git': () =>
    node(bin, fresh(), '--yes', '--no-install', '--no-git', '--set', 'name=made'),
  'create-ml-serving regenerate --check, up to date': () => node(bin, 'regenerate', repository, '--check'),
  'the first prompt': firstPrompt,
  [`cookiecutter, ${FILES} files`]: () => {
    const out = fresh();
    mkdirSync(out);
    return time(() => must(peers.cookiecutter, ['--no-input', '--output-dir', out, peers.template]));
  },
  [`a plain Yeoman generator, ${FILES} files`]: () => {
    const out = fresh();
    mkdirSync(out);
    return node(peers.yeoman, peers.templates, out);
  },
};

async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function must(command, args) {
  const { status, stderr } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

/** From the start of the process to the first question on a real terminal. */
function firstPrompt() {
  return new Promise((resolve) => {
    const start = performance.now();
    const terminal = spawnTerminal(process.execPath, [bin, fresh(), '--no-install', '--no-git'], {
      cols: 120,
      rows: 40,
    });
    terminal.onData((data) => {
      if (!data.includes('Name of the service')) return;
      const elapsed = performance.now() - start;
      terminal.onExit(() => resolve(elapsed));
      terminal.kill('SIGKILL');
    });
  });
}

const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let i = 0; i < REPEATS; i++) {
  for (const [name, run] of Object.entries(cases)) times[name].push(await run());
}
rmSync(work, { recursive: true });

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const bare = median(times['node -e 0']);
const rows = Object.entries(times).map(
  ([name, values]) => `| ${name} | ${median(values).toFixed(0)} ms | ${(median(values) / bare).toFixed(1)} |`,
);
writeSection(
  'start-up',
  [
    `Node.js ${process.versions.node}, ${availableParallelism()} cores of ${cpus()[0].model.trim()}; medians of ${REPEATS} interleaved runs of whole processes. Repeat with \`npm run build && npm run bench\`.`,
    '',
    '| command | median | × node alone |',
    '| --- | --: | --: |',
    ...rows,
  ].join('\n'),
);
