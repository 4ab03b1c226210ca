/** Imported before the runtime, in the worker alone. */

// Since 1.29 the library looks up a host and reads the machine's id as it loads, unless this is set. The worker shares the
// process's environment (SHARE_ENV), so that the native code sees it.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

// Where JavaScript has half floats (Node 24), the runtime's own JavaScript makes them, and its native code then sees no bytes.
// Without the type it falls back to the bits in a Uint16Array, which work everywhere.
Reflect.deleteProperty(globalThis, 'Float16Array');
