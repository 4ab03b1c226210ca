import { Gauge, type Registry } from 'prom-client';

/** Whether there is a reference in use, or one that is not used: it is another model's, or fits nothing. */
export interface ReferenceState {
  readonly loaded: boolean;
  readonly refused: boolean;
}

/** The metrics that say whether drift is watched. */
export function exportReferenceState(registry: Registry, { loaded, refused }: ReferenceState): void {
  const registers = [registry];
  new Gauge({
    name: 'ml_serving_reference_loaded',
    help: 'Whether there is a drift reference that fits the model.',
    registers,
  }).set(loaded ? 1 : 0);
  new Gauge({
    name: 'ml_serving_reference_refused',
    help: 'Whether there is a drift reference that is not used: it was made for another model, or is wrong.',
    registers,
  }).set(refused ? 1 : 0);
}
