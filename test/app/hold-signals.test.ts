import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, program } from '../support/program.ts';

let child: (...args: string[]) => Outcome;
let root: string;
beforeAll(async () => {
  child = await program(join(import.meta.dirname, 'signal-child.ts'), 'signal-child');
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hold-signals-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const everything = () => readdirSync(root, { recursive: true }).sort();
const whole = ['y', 'y/.ml-serving', 'y/.ml-serving/manifest.json', 'y/a', 'y/a/one'].map((path) => join(path));

// Windows has no signals to send; there Ctrl-C comes as an event.
const onUnix = process.platform === 'win32' ? describe.skip : describe;
onUnix.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s while a repository is written', (signal) => {
  test.each(['absent', 'empty'])('is told when the directory (%s before) is whole', (state) => {
    if (state === 'empty') mkdirSync(join(root, 'y'));
    expect(child(join(root, 'y'), signal)).toMatchObject({ stdout: `${signal}\n`, signal: null, status: 0 });
    expect(everything()).toEqual(whole);
  });

  test('leaves nothing where the write fails', () => {
    expect(child(join(root, 'y'), signal, 'fail')).toMatchObject({ stdout: 'DISK_FULL\n', signal: null });
    expect(everything()).toEqual([]);
  });

  test('ends the process as ever once the write is done', () => {
    expect(child(join(root, 'y'), signal, 'again').signal).toBe(signal);
  });
});
