import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Disk } from '../../generators/apply/disk.ts';
import { bytesOf, type FileContents } from '../../generators/contents.ts';

export interface Fault {
  /** The number of the call, from 0, that is hit. */
  readonly at: number;
  /** What happens there: the call fails, it and all later ones fail, or the process dies. */
  readonly how: 'once' | 'forever' | 'kill';
  readonly code?: string;
}

/** What a crash or a full disk leaves of a file that is being created: a part of it. */
function createHalf(path: string, contents: FileContents, mode: number): void {
  const bytes = bytesOf(contents);
  const file = openSync(path, 'wx', mode);
  writeSync(file, bytes.subarray(0, Math.floor(bytes.length / 2)));
  closeSync(file);
}

/** Calls that change nothing. They can fail, but a death in one is the death after the change before it. */
const LOOKS = new Set(['entry', 'list', 'read', 'hash', 'writable', 'freeBytes']);

/** Wraps a disk so that the call with the given number is hit. */
export function faultyDisk(disk: Disk, fault: Fault): { disk: Disk; calls: () => number } {
  let calls = 0;
  const wrapped = Object.fromEntries(
    Object.entries(disk).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        if (fault.how === 'kill' && LOOKS.has(name)) return (call as (...all: unknown[]) => unknown)(...args);
        const number = calls++;
        const hit = fault.how === 'forever' ? number >= fault.at : number === fault.at;
        if (!hit) return (call as (...all: unknown[]) => unknown)(...args);
        if (name === 'create' && number === fault.at) createHalf(...(args as [string, FileContents, number]));
        const [from, to, mode] = args as [string, string, number];
        if (name === 'copy' && number === fault.at) createHalf(to, readFileSync(from), mode);
        if (fault.how === 'kill') process.kill(process.pid, 'SIGKILL');
        throw Object.assign(new Error(`fault in call ${number}, ${name} ${args[0]}`), { code: fault.code ?? 'EIO' });
      },
    ]),
  );
  return { disk: wrapped as unknown as Disk, calls: () => calls };
}

/** Wraps a disk that works until a certain call, and never again. */
export function dyingDisk(disk: Disk, dies: (call: string, args: readonly unknown[]) => boolean): Disk {
  let dead = false;
  const wrapped = Object.entries(disk).map(([name, call]) => [
    name,
    (...args: unknown[]) => {
      dead ||= dies(name, args);
      if (dead) throw Object.assign(new Error(`the disk is dead, ${name} ${args[0]}`), { code: 'EIO' });
      return (call as (...all: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(wrapped) as Disk;
}
