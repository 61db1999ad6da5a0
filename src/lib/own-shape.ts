/** This file spares Express's requests and responses a hidden class for each member that is put on them. (D143) */

/** True for V8 before 12.9, of Node 20 and 22: objects whose prototype was set by hand share no hidden classes there. */
const SHARES_NONE = Number.parseFloat(globalThis.process?.versions?.v8 ?? 'none') < 12.9

/** Has V8 keep the members of each in a table of its own, as it does once one was taken away. Nobody else sees a difference. */
export function withoutHiddenClass(...objects: readonly object[]): void {
  if (!SHARES_NONE) return
  for (const object of objects) {
    if (!isOfHand(object)) continue
    Reflect.set(object, TAKEN_AWAY, undefined)
    Reflect.deleteProperty(object, TAKEN_AWAY)
  }
}

const TAKEN_AWAY = Symbol('taken away')

/** True where the prototype is an object of its own, and not that of a class. */
function isOfHand(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return typeof prototype === 'object' && prototype !== null && !Object.hasOwn(prototype, 'constructor')
}
