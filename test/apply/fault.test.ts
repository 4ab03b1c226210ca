import { abortApply, applyChanges, continueApply } from '../../generators/apply/apply.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { ServingError } from '../../generators/errors.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { type Fault, faultyDisk } from '../support/fault.ts';
import { snapshot } from '../support/folder.ts';
import { ageLock } from '../support/lock.ts';
import { planFor } from './plan.ts';
import { freshRepository } from './scenario.ts';

const LOCAL = '.ml-serving/local';
const tree = (root: string) => snapshot(root, { without: LOCAL });

function applied(): { old: object; fresh: object; calls: number } {
  const root = freshRepository();
  const old = tree(root);
  const counting = faultyDisk(fastDisk, { at: Number.POSITIVE_INFINITY, how: 'once' });
  applyChanges(root, planFor(root), { disk: counting.disk });
  return { old, fresh: tree(root), calls: counting.calls() };
}

const { old, fresh, calls } = applied();
const everyCall = Array.from({ length: calls }, (_, at) => at);

function applyWith(fault: Fault): { root: string; error: unknown } {
  const root = freshRepository();
  try {
    applyChanges(root, planFor(root), { disk: faultyDisk(fastDisk, fault).disk });
    return { root, error: null };
  } catch (error) {
    return { root, error };
  }
}

it('drives a fault into every call', () => {
  expect(calls).toBeGreaterThan(150);
});

describe.each(['EIO', 'ENOSPC'])('one call fails with %s', (code) => {
  it('leaves the repository wholly old or wholly new, whichever call it was', () => {
    for (const at of everyCall) {
      const { root, error } = applyWith({ at, how: 'once', code });
      expect(tree(root)).toEqual(error === null ? fresh : old);
      // Tidying up after the last step may fail without harm; the next run does it.
      expect(pendingApply(root)?.state ?? 'done').toBe('done');
      if (error !== null) expect(error).toBeInstanceOf(ServingError);
    }
  });
});

describe('the disk fails for good', () => {
  it('leaves it old, new, or with a way on and a way back, whichever call it was', () => {
    const states = new Set<string>();
    for (const at of everyCall) {
      const { root, error } = applyWith({ at, how: 'forever' });
      const state = pendingApply(root)?.state ?? 'none';
      states.add(state);
      if (state === 'none') {
        expect([old, fresh]).toContainEqual(tree(root));
        expect(error !== null || JSON.stringify(tree(root)) === JSON.stringify(fresh)).toBe(true);
        continue;
      }
      if (state === 'done') {
        expect(tree(root)).toEqual(fresh);
        continue;
      }
      expect(error).toMatchObject({ exit: expect.any(Number), hint: expect.any(String) });
      if (state === 'half') {
        const { root: second } = applyWith({ at, how: 'forever' });
        ageLock(second);
        continueApply(second, fastDisk);
        expect(tree(second)).toEqual(fresh);
      }
      ageLock(root);
      abortApply(root, fastDisk);
      expect(tree(root)).toEqual(old);
      expect(pendingApply(root)).toBeNull();
    }
    expect(states).toContain('half');
  });
});

describe('undoing fails', () => {
  it('can be begun again after a fault in any of its calls', () => {
    let at = 0;
    for (; ; at++) {
      const root = freshRepository();
      applyChanges(root, planFor(root), { hold: true, disk: fastDisk });
      const faulty = faultyDisk(fastDisk, { at, how: 'forever' });
      let failed = false;
      try {
        abortApply(root, faulty.disk);
      } catch {
        failed = true;
      }
      ageLock(root);
      if (failed && pendingApply(root) !== null) abortApply(root, fastDisk);
      expect(tree(root)).toEqual(old);
      if (faulty.calls() <= at) break;
    }
    expect(at).toBeGreaterThan(80);
  });
});
