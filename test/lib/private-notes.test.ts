/** Notes on objects of others: nothing to see on them, and nothing to take along. */
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { privateNotes } from '../../src/lib/private-notes.js'

test.each<[string, () => object]>([
  ['an object', () => ({})],
  ['a request of node:http', () => new IncomingMessage(new Socket())],
  ['a request whose headers are a constant', () => ({ rawHeaders: Object.freeze(['Host', 'a']) })],
  ['a request whose headers are made each time', () => ({ __proto__: { get rawHeaders() { return [] } } })],
])('%s has the note that was made last, under no name', (_, make) => {
  const notes = privateNotes<string>()
  const object = make()
  const before = Reflect.ownKeys(object)
  expect(notes.read(object)).toBeUndefined()
  notes.write(object, 'first')
  notes.write(object, 'second')
  expect(notes.read(object)).toBe('second')
  expect(notes.read(make())).toBeUndefined()
  expect(privateNotes<string>().read(object)).toBeUndefined()
  expect(Reflect.ownKeys(object)).toEqual(before)
})

// Express leaves each request a hidden class of its own, and each member more takes a kilobyte there.
test('the note of a request is on its list of headers', () => {
  const notes = privateNotes<string>()
  const message = new IncomingMessage(new Socket())
  notes.write(message, 'noted')
  expect(notes.read(message.rawHeaders)).toBe('noted')
})

test('what is frozen is not noted', () => {
  const notes = privateNotes<string>()
  const frozen = Object.freeze({})
  notes.write(frozen, 'noted')
  expect(notes.read(frozen)).toBeUndefined()
})
