/** Notes on objects of others, which nobody else can read, copy or make: what a `WeakMap` would do, at a quarter of its price. */

export interface PrivateNotes<T> {
  read(object: object): T | undefined
  write(object: object, note: T): void
}

/** A base class whose instances are the objects that it is given, so that a private field can be put on them. */
// oxlint-disable-next-line typescript/no-extraneous-class
class Itself {
  constructor(object: object) {
    return object
  }
}

export function privateNotes<T>(): PrivateNotes<T> {
  const Note = class Note extends Itself {
    #note: T

    constructor(object: object, note: T) {
      super(object)
      this.#note = note
    }

    static read(object: object): T | undefined {
      return #note in object ? object.#note : undefined
    }

    static write(object: object, note: T): void {
      if (#note in object) object.#note = note
      // Runtimes will forbid it where an object was frozen: there, nothing is noted.
      else if (Object.isExtensible(object)) new Note(object, note)
    }
  }
  return { read: (object) => Note.read(placeOf(object)), write: (object, note) => Note.write(placeOf(object), note) }
}

/**
 * Where a request of `node:http` is noted: on its own list of headers. Express gives each request a prototype by hand, which leaves it a
 * hidden class that no other request has, and one more member of such an object costs a kilobyte. (D122)
 */
function placeOf(object: object): object {
  if (!Object.hasOwn(object, 'rawHeaders')) return object
  const { rawHeaders } = object as { readonly rawHeaders?: unknown }
  return Array.isArray(rawHeaders) && Object.isExtensible(rawHeaders) ? rawHeaders : object
}
