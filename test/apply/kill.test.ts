import { join } from 'node:path';
import { abortApply, applyChanges, continueApply } from '../../generators/apply/apply.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { faultyDisk } from '../support/fault.ts';
import { snapshot } from '../support/folder.ts';
import { ageLock } from '../support/lock.ts';
import { type Outcome, program } from '../support/program.ts';
import { planFor } from './plan.ts';
import { freshRepository } from './scenario.ts';

const tree = (root: string) => snapshot(root, { without: '.ml-serving/local' });

let child: (...args: string[]) => Outcome;
let old: object;
let fresh: object;
let calls: number;

beforeAll(async () => {
  child = await program(join(import.meta.dirname, 'kill-child.ts'), 'kill-child');
  const root = freshRepository();
  old = tree(root);
  const counting = faultyDisk(fastDisk, { at: Number.POSITIVE_INFINITY, how: 'kill' });
  applyChanges(root, planFor(root), { disk: counting.disk });
  fresh = tree(root);
  calls = counting.calls();
});

describe('a process killed with SIGKILL', () => {
  it('in any call leaves it old, new, or to be continued and to be undone', () => {
    const seen = new Set<string>();
    for (let at = 0; at < calls; at++) {
      const root = freshRepository();
      expect(child('apply', root, `${at}`).signal).toBe('SIGKILL');
      ageLock(root);
      const state = pendingApply(root)?.state ?? 'none';
      seen.add(state);
      expect(['none', 'half', 'done']).toContain(state);
      if (state === 'none') expect([old, fresh]).toContainEqual(tree(root));
      if (state === 'done') expect(tree(root)).toEqual(fresh);
      if (state === 'half' && at % 2 === 0) {
        continueApply(root, fastDisk);
        expect(tree(root)).toEqual(fresh);
      } else if (state === 'half') {
        abortApply(root, fastDisk);
        expect(tree(root)).toEqual(old);
      } else if (JSON.stringify(tree(root)) === JSON.stringify(old)) {
        applyChanges(root, planFor(root), { disk: fastDisk });
        expect(tree(root)).toEqual(fresh);
      }
      ageLock(root);
    }
    expect([...seen].sort()).toEqual(['done', 'half', 'none']);
  }, 120_000);

  it('in any call of undoing leaves it to be undone', () => {
    for (let at = 0; ; at++) {
      const root = freshRepository();
      applyChanges(root, planFor(root), { hold: true, disk: fastDisk });
      const { signal } = child('abort', root, `${at}`);
      if (signal === null) break;
      ageLock(root);
      if (pendingApply(root) !== null) abortApply(root, fastDisk);
      expect(tree(root)).toEqual(old);
    }
  }, 120_000);
});
