import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port nobody listens on, so that a service runs beside whatever holds 8080. */
export async function freePort() {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
