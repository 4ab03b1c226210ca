import type { Migration } from '../migration.ts';
import { carryApp } from './carry/app.ts';
import { carryServer } from './carry/server.ts';
import { answersOfComponents, deployedComponents } from './deployed.ts';
import { kept, removedNotes } from './kept.ts';
import { moves } from './moves.ts';

/**
 * What a repository had before features could be chosen. It keeps all of it: nothing of a running service changes in silence.
 * `create-ml-serving remove <feature>...` takes away what a team does not use. Scaling by waiting requests is chosen only where
 * an overlay lists it already: the feature puts it into both overlays.
 */
const FEATURES_BEFORE = [
  'batch',
  'drift',
  'feedback',
  'http-fast-path',
  'kserve',
  'load-test',
  'page',
  'prediction-log',
  'variants',
];

/** Features become a choice, and the template's code moves to `runtime/`: src/ is the team's, and what it has added stays there. */
export const migration: Migration = {
  version: '0.10.0',
  moves,
  importAs: (path) => (path.startsWith('runtime/') ? `#${path.replace(/\.ts$/, '')}` : null),
  carries: { 'src/app.ts': carryApp, 'src/server.ts': carryServer },
  kept,
  removedNotes,
  reseeds: ['src/hooks/', 'test/'],
  answers: (answers, read) => {
    const components = deployedComponents(read);
    const scaled = components.has('queue-scaling') ? ['queue-autoscaling'] : [];
    return {
      features: [...FEATURES_BEFORE, ...scaled].sort(),
      ...answers,
      ...answersOfComponents(components, answers),
    };
  },
};
