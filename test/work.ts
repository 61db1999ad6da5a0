/**
 * `workOf` counts the work that a call makes, and not its time: a busy machine does not change what is counted. Import it
 * before the code that it looks at, which has to be compiled with counters.
 */
import { Session } from 'node:inspector'

export interface Work {
  /** Blocks of our code and of the packages beneath it that were entered: functions, branches, rounds of a loop. */
  readonly steps: number
  /** What the language's own functions were given: characters, bytes and members that they read or write. */
  readonly read: number
  /** Keys handed to WebCrypto: each takes a twentieth of a millisecond on the event loop. */
  readonly imports: number
}

const LOOKED_AT = /\/(src|providers|node_modules\/(jose|lru-cache|oauth4webapi|openid-client))\//

const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** Blocks entered since the last call. */
function blocks(): number {
  let total = 0
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error
    for (const { url, functions } of result) {
      if (!LOOKED_AT.test(url)) continue
      for (const { ranges } of functions) for (const { count } of ranges) total += count
    }
  })
  return total
}

let isCounting = false
let read = 0
let imports = 0

/** What this call, and all that it waits for, does. */
export async function workOf(call: () => unknown): Promise<Work> {
  blocks()
  read = imports = 0
  isCounting = true
  try {
    await call()
  } finally {
    isCounting = false
  }
  return { steps: blocks(), read, imports }
}

type Method = (this: never, ...args: never[]) => unknown

/** Puts a counter in front of a method: what `cost` says of the receiver, the arguments and the result is added. */
function count(owner: object, name: PropertyKey, cost: (self: unknown, args: readonly unknown[], result: unknown) => void): void {
  const original = Reflect.get(owner, name) as Method
  const counted: Method = function (...args) {
    const result = Reflect.apply(original, this, args)
    if (!isCounting) return result
    isCounting = false // what follows uses counted methods itself
    cost(this, args, result)
    isCounting = true
    return result
  }
  Object.defineProperty(owner, name, { ...Object.getOwnPropertyDescriptor(owner, name), value: counted })
}

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value.byteLength : 1
const reads = (...values: readonly unknown[]): void => {
  for (const value of values) read += lengthOf(value)
}

const OF_STRINGS = 'split replace replaceAll match matchAll search indexOf lastIndexOf includes trim trimStart trimEnd toLowerCase toUpperCase normalize'
for (const name of [...OF_STRINGS.split(' '), Symbol.iterator]) count(String.prototype, name, (self) => reads(self))
for (const name of ['repeat', 'padStart', 'padEnd', 'concat']) count(String.prototype, name, (_, __, result) => reads(result))
for (const name of ['includes', 'indexOf', 'lastIndexOf', 'join', 'slice', 'reverse', 'sort', Symbol.iterator]) count(Array.prototype, name, (self) => reads(self))
for (const name of ['concat', 'flat', 'flatMap']) count(Array.prototype, name, (self, _, result) => reads(self, result))
for (const name of ['keys', 'values', 'entries', 'getOwnPropertyNames']) count(Object, name, (_, __, result) => reads(result))
count(JSON, 'parse', (_, [text]) => reads(text))
count(JSON, 'stringify', (_, __, result) => reads(result))
count(TextEncoder.prototype, 'encode', (_, [text]) => reads(text))
count(TextDecoder.prototype, 'decode', (_, [bytes]) => reads(bytes))
for (const name of ['atob', 'btoa', 'decodeURIComponent', 'encodeURIComponent']) count(globalThis, name, (_, [text]) => reads(text))
count(Buffer, 'from', (_, [text]) => reads(text))
count(Buffer.prototype, 'write', (_, [text]) => reads(text))
count(Buffer.prototype, 'toString', (_, __, result) => reads(result))
count(crypto.subtle, 'digest', (_, [, bytes]) => reads(bytes))
count(crypto.subtle, 'importKey', () => {
  imports += 1
})

// `test`, `replace`, `split` and the others call this one, once it is not the language's own.
const exec = RegExp.prototype.exec
RegExp.prototype.exec = function (text) {
  const from = this.global || this.sticky ? this.lastIndex : 0
  const found = exec.call(this, text)
  if (isCounting) read += found !== null ? found.index + found[0].length - from + 1 : this.sticky ? 1 : text.length - from
  return found
}
