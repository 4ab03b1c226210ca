import { statfsSync } from 'node:fs';
import { hintOf } from '../../errors.ts';
import { findExecutable } from './find-executable.ts';

/** One thing a stamped-out repository needs of the machine it is made and started on. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do; present where the check failed. */
  readonly remedy?: string;
}

/** What onnxruntime-node ships libraries for. */
const RUNTIMES = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
/** onnxruntime's binaries on Linux are linked against this or a newer glibc; Alpine's musl will not do. */
const GLIBC: Version = [2, 28];
const NODE: Version = [20, 19];
/** Measured: the dependencies of a stamped-out repository take 0.5 GB, the caches of npm as much again for a moment. */
const FREE_BYTES = 1e9;

type Version = readonly [major: number, minor: number];

/** Looks at the machine; starts nothing and changes nothing. */
export function checkMachine(directory: string): Check[] {
  return [
    node(),
    executable('npm', hintOf('NPM_NOT_FOUND')),
    executable('git', hintOf('GIT_NOT_FOUND')),
    runtime(),
    libc(),
    disk(directory),
  ];
}

function node(): Check {
  const ok = atLeast(process.versions.node, NODE);
  return check('Node.js', ok, process.versions.node, hintOf('NODE_TOO_OLD'));
}

function executable(name: string, remedy: string): Check {
  const file = findExecutable(name);
  return check(name, file !== undefined, file ?? 'not on the PATH', remedy);
}

function runtime(): Check {
  const platform = `${process.platform}-${process.arch}`;
  return check(
    'ONNX Runtime for this platform',
    RUNTIMES.includes(platform),
    platform,
    `Use one of ${RUNTIMES.join(', ')}, or work in the container.`,
  );
}

function libc(): Check {
  if (process.platform !== 'linux') return check('C library', true, 'of the system');
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const glibc = report?.header?.glibcVersionRuntime;
  return check(
    'glibc',
    glibc !== undefined && atLeast(glibc, GLIBC),
    glibc ?? 'none (musl?)',
    `Use a system with glibc ${GLIBC.join('.')} or newer, such as Debian.`,
  );
}

function disk(directory: string): Check {
  try {
    const { bavail, bsize } = statfsSync(directory);
    const free = bavail * bsize;
    return check(
      'free space',
      free >= FREE_BYTES,
      `${(free / 1e9).toFixed(1)} GB`,
      `Free ${FREE_BYTES / 1e9} GB: the dependencies are large.`,
    );
  } catch (error) {
    return check('free space', false, (error as Error).message, 'Run it in a directory that exists.');
  }
}

function check(name: string, ok: boolean, found: string, remedy?: string): Check {
  return { name, ok, found, ...(ok || remedy === undefined ? {} : { remedy }) };
}

/** Is `version` ("20.19.1", "2.36") the wanted one or newer? */
export function atLeast(version: string, [major, minor]: Version): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
