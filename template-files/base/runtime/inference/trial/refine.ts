import type { GraphTensor } from '../../contract/graph.ts';

/**
 * The shape of an output as the runtime and a trial run show it: the number of axes and the sizes that the runtime knows. What
 * neither shows stays as serving.yaml promises it, or is free: two runs that agree about a size do not show that all do.
 * @param answered the sizes of an answer; undefined where there was none
 */
export function refinedShape(
  promised: readonly number[],
  { shape: inferred }: Pick<GraphTensor, 'shape'>,
  answered: readonly number[] | undefined,
): readonly number[] {
  const rank = inferred.length > 0 ? inferred.length : (answered?.length ?? promised.length);
  // The runtime describes a single number and an output of unknown rank alike.
  if (rank === 0) return promised;
  return Array.from({ length: rank }, (_, axis) => {
    const known = inferred.length === rank ? (inferred[axis] ?? -1) : -1;
    const before = promised.length === rank ? (promised[axis] ?? -1) : -1;
    return known === -1 ? before : known;
  });
}
