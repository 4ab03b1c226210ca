/** Imported before the runtime, in the workers alone. */

// Where JavaScript has half floats (Node 24), the runtime's own JavaScript makes them, and its native code then sees no bytes.
// Without the type it falls back to the bits in a Uint16Array, which work everywhere.
Reflect.deleteProperty(globalThis, 'Float16Array');
