import type { ByteBudget } from './byte-budget.ts';

/** Why there is no copy of a body. */
export type CopyFailure = 'too_large' | 'budget_full' | 'client_gone';

export interface CopyReceiver {
  readonly done: (body: Buffer) => void;
  readonly failed: (reason: CopyFailure, cause?: Error | null) => void;
}

/**
 * The bytes of a body as they come. Middleware of src/app.ts may read a body before a route of the service does (express.json() for
 * all routes): what it made of the bytes may have lost something, digits of large integers for example.
 */
export interface BodyCopy {
  readonly add: (piece: Buffer) => void;
  readonly end: () => void;
  /** The connection broke; nothing where the body is complete. */
  readonly fail: (error: Error | null) => void;
  /** Calls back once, when the body is complete or there will be no copy of it. */
  readonly receive: (receiver: CopyReceiver) => void;
  /** To be called when the request is over. */
  readonly release: () => void;
}

/** @param limit bytes of the body at most; @param budget what bodies of all requests may take together */
export function createBodyCopy(limit: number, budget: ByteBudget): BodyCopy {
  let pieces: Buffer[] = [];
  let size = 0;
  let outcome: (() => void) | undefined;
  let receiver: CopyReceiver | undefined;

  function release(): void {
    budget.give(size);
    size = 0;
    pieces = [];
  }

  function settle(next: () => void): void {
    if (outcome) return;
    outcome = next;
    if (receiver) next();
  }

  function refuse(reason: CopyFailure, cause?: Error | null): void {
    if (outcome) return;
    release();
    settle(() => receiver?.failed(reason, cause));
  }

  return {
    add(piece) {
      if (outcome) return;
      if (size + piece.length > limit) refuse('too_large');
      else if (!budget.take(piece.length)) refuse('budget_full');
      else {
        size += piece.length;
        pieces.push(piece);
      }
    },
    end() {
      settle(() => receiver?.done(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)));
    },
    fail: (error) => refuse('client_gone', error),
    receive(one) {
      receiver = one;
      outcome?.();
    },
    release,
  };
}
