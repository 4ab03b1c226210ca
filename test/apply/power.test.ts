import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { abortApply, applyChanges, continueApply } from '../../generators/apply/apply.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { folderWith, snapshot } from '../support/folder.ts';
import { powerDisk } from '../support/power.ts';
import { planFor } from './plan.ts';
import { before, freshRepository } from './scenario.ts';

const LOCAL = '.ml-serving/local';
const MANIFEST = '.ml-serving/manifest.json';
/** A record without anything in it, left by a run that died, is nothing. */
function tree(root: string): Record<string, string> {
  const { '.ml-serving/': record, ...entries } = snapshot(root, { without: LOCAL });
  return entries;
}

/** A disk writes names down in any order: what is not synced may last in one folder and be lost in another. */
const LASTING: Readonly<Record<string, (root: string, folder: string) => boolean>> = {
  'all that was not synced is lost': () => false,
  'names of the engine last': (root, folder) => folder.startsWith(join(root, LOCAL)),
  'names of the user last': (root, folder) => !folder.startsWith(join(root, '.ml-serving')),
  'names below its folders last': (root, folder) => folder !== root && !folder.startsWith(join(root, '.ml-serving')),
  'names in the record last': (root, folder) => folder === join(root, '.ml-serving'),
};

/** A repository that the engine has not worked in yet, with no record, needs more folders of its own. */
const WITHOUT_RECORD = Object.fromEntries(Object.entries(before).filter(([path]) => path !== MANIFEST));
const STARTS = { 'with a record': freshRepository, 'without one': () => folderWith(WITHOUT_RECORD) };
type Start = () => string;

function endOf(start: Start): { old: object; fresh: Record<string, string>; calls: number } {
  const root = start();
  const old = tree(root);
  const counting = powerDisk(fastDisk, Number.POSITIVE_INFINITY);
  applyChanges(root, planFor(root), { disk: counting.disk });
  return { old, fresh: tree(root), calls: counting.calls() };
}

/** The power fails in a call of the work; what is found afterwards. */
function afterwards(root: string, at: number, lasting: string, work: (disk: typeof fastDisk) => unknown) {
  const power = powerDisk(fastDisk, at);
  try {
    work(power.disk);
  } catch {}
  power.fail((folder) => LASTING[lasting]?.(root, folder) ?? false);
  rmSync(join(root, LOCAL, 'lock'), { force: true });
  return pendingApply(root)?.state ?? 'none';
}

const cases = Object.keys(STARTS).flatMap((start) => Object.keys(LASTING).map((lasting) => [start, lasting] as const));

describe.each(cases)('the power fails %s, and %s', (name, lasting) => {
  const start = STARTS[name as keyof typeof STARTS];

  it('in any call: old, new, or to be continued and to be undone', () => {
    const { old, fresh, calls } = endOf(start);
    const seen = new Set<string>();
    for (let at = 0; at <= calls; at++) {
      const die = () => {
        const root = start();
        return { root, state: afterwards(root, at, lasting, (disk) => applyChanges(root, planFor(root), { disk })) };
      };
      const { root, state } = die();
      seen.add(state);
      const found = tree(root);
      if (state === 'none') expect([old, fresh]).toContainEqual(found);
      // Whoever reads the manifest takes the files for those that it names.
      if (state === 'done' || found[MANIFEST] === fresh[MANIFEST]) expect(found).toEqual(fresh);
      if (state !== 'half') continue;
      continueApply(root, fastDisk);
      expect(tree(root)).toEqual(fresh);
      const { root: second } = die();
      abortApply(second, fastDisk);
      expect(tree(second)).toEqual(old);
    }
    expect(seen).toContain('half');
  });

  it('in any call of undoing: to be undone', () => {
    const { old, fresh } = endOf(start);
    for (let at = 0, calls = 1; at <= calls; at++) {
      const root = start();
      applyChanges(root, planFor(root), { hold: true, disk: fastDisk });
      const state = afterwards(root, at, lasting, (disk) => {
        const counting = powerDisk(disk, Number.POSITIVE_INFINITY);
        try {
          abortApply(root, counting.disk);
        } finally {
          calls = Math.max(calls, counting.calls());
        }
      });
      // Such a run may still be closed as it is.
      if (state === 'held') expect(tree(root)).toEqual(fresh);
      if (state !== 'none') abortApply(root, fastDisk);
      expect(tree(root)).toEqual(old);
    }
  });
});
