/** Takes tokens with certain values in a claim, and no others. */
import type { ClaimRule } from '../../src/jwt/rules/rules.js'
import type { OneOrMore } from './preset.js'

/** A rule for these values, compared whole. @throws TypeError for what is no text. */
export function pin(claim: string, values: OneOrMore, hint: string): ClaimRule {
  const taken = new Set<unknown>([values].flat())
  if (taken.size === 0 || ![...taken].every((one) => typeof one === 'string' && one !== '')) {
    throw new TypeError(`the value of "${claim}" must be a text or several, as the tokens write it`)
  }
  return { claim, accepts: (value) => taken.has(value), hint }
}

/** The rules for the pins that were given. */
export function pins(values: Readonly<Record<string, OneOrMore | undefined>>, hint: string): readonly ClaimRule[] {
  return Object.entries(values).flatMap(([claim, value]) => (value === undefined ? [] : [pin(claim, value, hint)]))
}
