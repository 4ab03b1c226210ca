import type { Change } from '../apply/change.ts';
import { ServingError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { decodeText } from '../merge/text.ts';
import type { Policy } from '../policy/policy.ts';
import { EARLIER_BASE_FOLDER } from '../project/manifest.ts';
import type { ProjectRecord } from '../project/read-record.ts';
import { buildRecord } from '../project/record.ts';
import { type Departure, departuresFrom } from '../questions/locks.ts';
import type { Answers } from '../questions/questions.ts';
import { declarationsOf } from '../render/features/declarations.ts';
import { renderTree } from '../render/render-tree.ts';
import type { Tree } from '../tree.ts';
import { type ChangelogEntry, changelogBetween } from './changelog.ts';
import type { Conflicts } from './conflicts.ts';
import { type FeatureChange, featureChange } from './features/change.ts';
import { filesOfRemoved, refuseRemovalInUse } from './features/removal.ts';
import { type Finding, findingsOf } from './findings.ts';
import { type FormatAdvice, formatAdvice } from './formatter/advice.ts';
import { installedFormatters } from './formatter/run.ts';
import { lookingAt } from './not-readable.ts';
import { type Project, recordedPolicy } from './open-project.ts';
import { planUpgrade, type UpgradePlan } from './plan.ts';
import { conflictsOf, isOnlyPlaces, planRecord } from './plan-record.ts';
import { needsReinstall } from './reinstall.ts';
import { repositoryFiles } from './renames/repository-files.ts';
import { withRendered } from './rendered-base.ts';
import { renewedModel } from './renewed-model.ts';
import { reseededFiles } from './reseeded.ts';
import { classifyRollout, type Rollout, unknownRollout } from './rollout/classify.ts';
import type { Side } from './rollout/side.ts';
import { type Scan, scanner } from './scan.ts';

/** What an upgrade comes to, as far as files and words go. */
export interface Foreseen {
  readonly root: string;
  readonly from: string | null;
  readonly to: string;
  readonly answers: Answers;
  /** Answers to new questions that were taken from their defaults. */
  readonly defaulted: Partial<Answers>;
  readonly plan: UpgradePlan;
  readonly conflicts: Conflicts | null;
  /** What to run where the repository's own formatter may be the cause of conflicts. */
  readonly formatAdvice: FormatAdvice | null;
  /** The policy that counts from then on, and the recorded answers that are not what it fixes: they are brought back to it. */
  readonly policy: Policy;
  readonly departures: readonly Departure[];
  /** The one that counted so far: null where it cannot be told. */
  readonly formerPolicy: Policy | null;
  /** What is missing or damaged in the record. */
  readonly problems: readonly string[];
  /** Whether dependencies changed, so that they have to be installed again. */
  readonly reinstall: boolean;
  /** What changes of the features that are chosen. */
  readonly features: FeatureChange;
  readonly rollout: Rollout;
  readonly changelog: readonly ChangelogEntry[];
  /** What the new template renders. */
  readonly theirs: Tree;
}

export interface LostBase {
  /** Why the base file cannot be read. */
  readonly damage: string;
  /** Paths that need it. */
  readonly paths: readonly string[];
}

/** Everything an upgrade will do and say, before anything is touched. All commands consume this one plan. */
export interface Upgrade extends Foreseen {
  /** All changes, those of the record included. */
  readonly changes: readonly Change[];
  /** Whether the policy that it goes by is not what was written, and nobody has named it anew. */
  readonly isPolicyEdited: boolean;
  /** What cannot be merged because the base file is damaged; null where nothing needs it. */
  readonly lostBase: LostBase | null;
  /** Whether all that changes is what the record has of the user's moves: there is nothing to bring. */
  readonly isOnlyPlaces: boolean;
}

/**
 * Whether a file is a part of what an upgrade brings to production: seeded files and those that the team owns are not, but for a
 * model that is replaced.
 */
type Reaches = (path: string, owner: string) => boolean;

function baseSide(record: ProjectRecord, reaches: Reaches): Side {
  const files = record.manifest?.files ?? {};
  const text = (path: string) => {
    const entry = files[path];
    const bytes = entry && record.base(entry.sha256);
    return bytes ? decodeText(bytes) : null;
  };
  return { paths: reaching(Object.entries(files), reaches), text, hash: (path) => files[path]?.sha256 ?? null };
}

function treeSide(tree: Tree, reaches: Reaches): Side {
  const text = (path: string) => {
    const file = tree.get(path);
    return file ? decodeText(file.bytes) : null;
  };
  const hashes = new Map([...tree].map(([path, { bytes }]) => [path, sha256(bytes)]));
  const hash = (path: string) => hashes.get(path) ?? null;
  return { paths: reaching([...tree], reaches), text, hash };
}

function reaching(entries: readonly (readonly [string, { readonly owner: string }])[], reaches: Reaches): string[] {
  return entries.filter(([path, { owner }]) => reaches(path, owner)).map(([path]) => path);
}

function formerPolicy({ policy, isNamed, record }: Project): Policy | null {
  if (!isNamed) return policy;
  try {
    return recordedPolicy(record);
  } catch {
    return null;
  }
}

function listEarlierBase({ disk, root }: Project): string[] {
  const folder = `${root}/${EARLIER_BASE_FOLDER}`;
  return disk.entry(folder)?.kind === 'folder' ? disk.list(folder) : [];
}

function scanOf({ root, disk, record }: Project): Scan {
  return scanner(root, disk, (path) => (record.manifest?.files[path]?.mode === '755' ? 0o755 : 0o644));
}

/**
 * @throws USAGE where a path is to be restored that the template has not, FILE_OWNED where it is the team's,
 * PATH_UNKNOWN where a path is to change its owner
 */
function refuseUnknown({ restored }: Project, theirs: Tree, { outcomes, ownership }: UpgradePlan): void {
  if (ownership.unknown.length > 0) {
    throw new ServingError('PATH_UNKNOWN', `The template renders no ${ownership.unknown.join(', ')}.`);
  }
  const missing = new Set(outcomes.filter(({ decision }) => decision === 'add').map(({ path }) => path));
  const owned = ownership.files.filter(({ is, place }) => is && !missing.has(place)).flatMap(({ names }) => names);
  const yours = owned.filter((path) => restored.has(path));
  if (yours.length > 0) {
    throw new ServingError('FILE_OWNED', `--restore: ${[...new Set(yours)].join(', ')} is yours.`);
  }
  const known = new Set([...theirs.keys(), ...outcomes.map(({ path }) => path)]);
  const unknown = [...restored].filter((path) => !known.has(path));
  if (unknown.length === 0) return;
  throw new ServingError('USAGE', `--restore: the template renders no ${unknown.join(', ')}.`, {
    hint: 'Name files as they are listed by --check, from the root of the repository.',
  });
}

/**
 * Foresees an upgrade, without looking at the contents of the record that nobody has to merge: enough to tell of it.
 * @param answers complete, as settled from what is recorded, set and asked
 * @throws USAGE
 */
export function foreseeUpgrade(project: Project, answers: Answers, scan = scanOf(project)): Foreseen {
  const { root, source, from, due, policy, recorded } = project;
  const to = source.template.version;
  const theirs = renderTree(answers, source.template);
  const record = withRendered(project.record, theirs);
  const labels = { yours: 'yours', base: `template ${from ?? '(unknown)'}`, theirs: `template ${to}` };
  const renewed = renewedModel({ root, record, theirs, due, scan });
  const declarations = declarationsOf(source.template);
  const features = featureChange(recorded, project.given, answers, declarations);
  const files = () => repositoryFiles(root, project.disk);
  const formatters = project.format ? installedFormatters(root) : [];
  const plan = planUpgrade({
    record,
    theirs,
    due,
    scan,
    labels,
    renewed: new Set([...renewed, ...filesOfRemoved(project, features, answers)]),
    reseeded: reseededFiles({ record, due, scan }),
    files,
    formatters,
    restored: project.restored,
    ownership: project.ownership,
  });
  refuseUnknown(project, theirs, plan);
  const { isOwned } = plan.ownership;
  const sides = [
    baseSide(record, (path, owner) => !isOwned(path) && (owner !== 'seeded' || renewed.has(path))),
    treeSide(theirs, (path, owner) => !plan.owned.has(path) && (owner !== 'seeded' || renewed.has(path))),
  ] as const;
  return {
    root,
    from,
    to,
    answers,
    defaulted: Object.fromEntries(project.unanswered.map((name) => [name, answers[name]])),
    plan,
    conflicts: conflictsOf(plan.outcomes, from, to),
    formatAdvice: project.format ? null : formatAdvice(root, plan, record.manifest),
    policy,
    formerPolicy: formerPolicy(project),
    // By what was answered: a text that only follows what is set anew has not left anything.
    departures: departuresFrom(policy.locks, recorded, { ...answers, ...recorded }),
    problems: record.problems(),
    reinstall: needsReinstall(plan.outcomes, scan),
    features,
    rollout: from === null ? unknownRollout() : classifyRollout(...sides, from, to),
    changelog: changelogBetween(source.changelog, from ?? to, to),
    theirs,
  };
}

/**
 * A merge without its base is in conflict, and a file that was moved and edited is found by its base: without one it counts as
 * deleted.
 */
function lostBaseOf({ baseDamage }: ProjectRecord, { outcomes }: UpgradePlan): LostBase | null {
  const paths = outcomes
    .filter(({ decision, conflict }) => (decision === 'merge' && conflict) || decision === 'stay-deleted-changed')
    .map(({ path }) => path);
  const damage = paths.length === 0 ? null : baseDamage();
  return damage === null ? null : { damage, paths };
}

/**
 * Works out an upgrade, down to the last byte of its record.
 * @throws MODEL_OWN, FEATURE_IN_USE, MIGRATION_FAILED, NOT_READABLE
 */
export function prepareUpgrade(project: Project, answers: Answers): Upgrade {
  return lookingAt(project.root, () => workOut(project, answers));
}

function workOut(project: Project, answers: Answers): Upgrade {
  const { record } = project;
  const scan = scanOf(project);
  const foreseen = foreseeUpgrade(project, answers, scan);
  refuseRemovalInUse(project, foreseen.features, answers);
  const { plan, conflicts, theirs, to } = foreseen;
  const files = buildRecord({
    tree: theirs,
    answers,
    policy: project.policy,
    templateVersion: to,
    places: plan.places,
    owned: plan.owned,
  });
  const recordChanges = planRecord({ files, scan, listed: listEarlierBase(project), conflicts });
  const isPolicyEdited = record.policyEdited && !project.isNamed;
  const changes = [...plan.changes, ...recordChanges];
  const lostBase = lostBaseOf(record, plan);
  return { ...foreseen, changes, isPolicyEdited, lostBase, isOnlyPlaces: isOnlyPlaces(changes, scan) };
}

/** Whether there is nothing to bring: no new version, no change of any file, no conflict. */
export function isUpToDate({ from, to, changes, conflicts, isOnlyPlaces }: Upgrade): boolean {
  return from === to && (changes.length === 0 || isOnlyPlaces) && conflicts === null;
}

/** What `--check` finds. */
export function upgradeFindings(upgrade: Upgrade): Finding[] {
  const { from, to, problems, plan, departures } = upgrade;
  return findingsOf({ from, to, brings: !isUpToDate(upgrade), problems, drift: plan.drift, departures });
}
