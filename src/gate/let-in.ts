/** This file notes on a server's own object for a request what a gate decided: one behind it knows by that that it let the request in. */
import type { Decision } from './decision.js'

/** A base class whose instances are the objects that it is given, so that a private field can be put on them. */
// oxlint-disable-next-line typescript/no-extraneous-class
class Itself {
  constructor(object: object) {
    return object
  }
}

/** What a `WeakMap` would do, at a quarter of its price: nobody else can read, copy or make the note. */
class Note extends Itself {
  #decision: Decision

  constructor(source: object, decision: Decision) {
    super(source)
    this.#decision = decision
  }

  static read(source: object): Decision | undefined {
    return #decision in source ? source.#decision : undefined
  }

  static write(source: object, decision: Decision): void {
    if (#decision in source) source.#decision = decision
    // Runtimes will forbid it where an object was frozen; a gate behind then looks for itself.
    else if (Object.isExtensible(source)) new Note(source, decision)
  }
}

/** The decision of a gate in front that let this request in with its token. */
export function letInBefore(source: object | undefined): Decision | undefined {
  return source === undefined ? undefined : Note.read(source)
}

export function noteLetIn(source: object | undefined, decision: Decision): void {
  if (source !== undefined) Note.write(source, decision)
}
