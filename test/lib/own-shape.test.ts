/** What Express makes of requests and responses costs no hidden class for each, and nobody sees that it does not. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { withoutHiddenClass } from '../../src/lib/own-shape.js'

setFlagsFromString('--allow-natives-syntax')
/** True for an object that shares its hidden class with those that were made in the same way. */
const hasHiddenClass = new Script('(object) => %HasFastProperties(object)').runInThisContext() as (object: object) => boolean
hasHiddenClass({}) // V8 compiles it at the first call
setFlagsFromString('--no-allow-natives-syntax')

const SHARES_NONE = Number.parseFloat(process.versions.v8) < 12.9

/** As Express does it. */
const ofExpress = <T extends object>(object: T): T => Object.setPrototypeOf(object, Object.create(Object.getPrototypeOf(object) as object)) as T

test('a request and a response whose prototype was set by hand have none on Node 20 and 22, and have what they had', () => {
  const message = ofExpress(new IncomingMessage(new Socket()))
  const response = ofExpress(new ServerResponse(message))
  const before = [message, response].map((one) => Reflect.ownKeys(one))
  withoutHiddenClass(message, response)
  expect([message, response].map(hasHiddenClass)).toEqual(SHARES_NONE ? [false, false] : [true, true])
  expect([message, response].map((one) => Reflect.ownKeys(one))).toEqual(before)
})

test('those of Node itself are left as they are, and so is what is frozen', () => {
  const message = new IncomingMessage(new Socket())
  const frozen = Object.freeze(Object.create({}) as object)
  withoutHiddenClass(message, frozen, Object.create(null) as object)
  expect(hasHiddenClass(message)).toBe(true)
  expect(Reflect.ownKeys(frozen)).toEqual([])
})
