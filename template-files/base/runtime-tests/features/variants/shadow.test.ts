import { createShadow } from '../../../runtime/features/variants/shadow.ts';
import type { Readiness } from '../../../runtime/inference/release.ts';

const READY: Readiness = { ready: true, reason: '' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A shadow whose candidate answers when the test says so. */
function setUp() {
  const state = { waiting: 0, candidate: READY };
  const outcomes: string[] = [];
  const errors: unknown[] = [];
  const asked: { answer(): void; fail(): void }[] = [];
  const shadow = createShadow({
    candidate: {
      accepts: () => state.candidate,
      inferTensors: () =>
        new Promise((resolve, reject) => {
          asked.push({ answer: () => resolve([]), fail: () => reject(new Error('of the candidate')) });
        }),
    },
    waiting: () => state.waiting,
    agree: () => true,
    chosen: (id) => id !== 'not me',
    report({ outcome, error }) {
      outcomes.push(outcome);
      if (error !== undefined) errors.push(error);
    },
  });
  const see = (id?: string) => shadow({ deadline: 0, ...(id === undefined ? {} : { id }) }, [], [], [], 0);
  return { state, outcomes, errors, asked, see };
}

test('it is asked about what is chosen of the clients’ requests, and compared', async () => {
  const { outcomes, errors, asked, see } = setUp();
  for (const id of ['a', 'not me', undefined, 'b']) see(id);
  expect(asked).toHaveLength(2);
  asked[0]?.answer();
  asked[1]?.fail();
  await settled();
  expect(outcomes).toEqual(['agree', 'error']);
  expect(errors).toEqual([new Error('of the candidate')]);
});

test('it is left out while clients wait for the main version, and while the candidate takes nothing', () => {
  const { state, outcomes, asked, see } = setUp();
  state.waiting = 1;
  see('a');
  state.waiting = 0;
  state.candidate = { ready: false, reason: 'the workers are being replaced' };
  see('b');
  expect([outcomes, asked]).toEqual([['skipped', 'skipped'], []]);
  state.candidate = READY;
  see('c');
  expect(asked).toHaveLength(1);
});

test('eight are asked about at the same time; each that ends, either way, makes room', async () => {
  const { outcomes, asked, see } = setUp();
  for (let i = 0; i < 9; i++) see(`${i}`);
  expect([asked.length, outcomes]).toEqual([8, ['skipped']]);
  asked[0]?.answer();
  asked[1]?.fail();
  await settled();
  for (let i = 0; i < 3; i++) see(`more-${i}`);
  expect([asked.length, outcomes]).toEqual([10, ['skipped', 'agree', 'error', 'skipped']]);
});
