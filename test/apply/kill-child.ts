/** Applies the scenario's plan, or takes it back, and dies in the call whose number is given. */
import { abortApply, applyChanges } from '../../generators/apply/apply.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { faultyDisk } from '../support/fault.ts';
import { planFor } from './plan.ts';

const [what, root, at] = process.argv.slice(2);
if (root === undefined) throw new Error('kill-child <apply|abort> <root> <call>');
const { disk } = faultyDisk(fastDisk, { at: Number(at), how: 'kill' });
if (what === 'apply') applyChanges(root, planFor(root), { disk });
else abortApply(root, disk);
