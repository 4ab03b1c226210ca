import assert from 'node:assert/strict';
import test from 'node:test';
import { health, metadata, predict } from '../src/app.mjs';

test('predicts', () => assert.deepEqual(predict([1, 2]), [2, 4]));
test('says what it is', () => assert.equal(metadata().name, 'iris'));
test('is up', () => assert.equal(health().status, 'ok'));
