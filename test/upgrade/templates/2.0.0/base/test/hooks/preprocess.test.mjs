import assert from 'node:assert/strict';
import test from 'node:test';
import { preprocess } from '../../src/hooks/preprocess.mjs';

test('preprocesses', () => assert.equal(preprocess('1'), 1));
