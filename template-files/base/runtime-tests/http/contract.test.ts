import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../runtime/root.ts';
import { httpContract } from '../helpers/contract.ts';
import { bodyOf, boot } from '../helpers/service.ts';

/*
 * schema/http.contract.json is what clients and monitoring hold on to. An upgrade compares the old one with the new one to
 * say how it may reach production, so it has to be what the server really offers.
 * UPDATE_CONTRACT=1 npm test -- contract writes it anew.
 */
const FILE = join(ROOT, 'schema', 'http.contract.json');

test('the server offers what its HTTP contract says', async () => {
  const service = await boot();
  try {
    const offered = await httpContract(await bodyOf(await fetch(`${service.url}/openapi.json`)), service.metrics);
    if (process.env['UPDATE_CONTRACT']) {
      // Of this project; a created repository does not have it.
      const { default: stringify } = await import('json-stringify-pretty-compact');
      writeFileSync(FILE, `${stringify(offered, { maxLength: 120 })}\n`);
    }
    const contract = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(contract).sort()).toEqual(['components', 'errors', 'metrics', 'operations', 'uploads']);
    // A team may add routes, errors and metrics of its own; nothing that the contract names may go.
    expect(offered).toMatchObject(contract);
    const isTemplate = !existsSync(join(ROOT, '.ml-serving'));
    if (isTemplate) expect(offered).toEqual(contract);
  } finally {
    await service.close();
  }
});
