import { createRoom } from '../../runtime/http/room.ts';

test('a room can be filled to the last byte, not beyond, and what is given back can be taken again', () => {
  const room = createRoom(10);
  expect([room.take(4), room.has(6), room.has(7), room.take(7)]).toEqual([true, true, false, false]);
  // What found no place has taken none.
  expect([room.take(6), room.has(0), room.take(1)]).toEqual([true, true, false]);
  room.give(4);
  expect([room.take(4), room.take(1)]).toEqual([true, false]);
});
