/** Checks claims by a schema: what does not fit is named by its path, and never shown. */
import { gatesOwnHint } from '../authentication.js'
import { isPending } from '../lib/awaitable.js'
import { frozenCopy } from '../lib/frozen-copy.js'
import { ownProperty } from '../lib/own-property.js'
import { reject } from '../verdict.js'
import { PROTECTED_CLAIMS } from './protected-claims.js'
import type { Claims } from '../access-token.js'
import type { Accepted, Rejected } from '../verdict.js'
import type { SchemaIssue, StandardSchema } from './standard-schema.js'

/** Claims as handlers see them. */
export interface Refined extends Accepted {
  /** Names of the claims that the schema made sure of. */
  readonly assured: readonly string[]
}

/** Checks the claims. @throws TypeError for a schema that is no check: one that answers later, or changes what is for the issuer to say. */
export function checkedBy(schema: StandardSchema<unknown>, claims: Claims): Refined | Rejected {
  const result = schema['~standard'].validate(claims)
  if (isPending(result)) {
    result.catch(() => undefined)
    throw new TypeError('the schema in "claims" must answer at once; what has to be asked for belongs into "enrich"')
  }
  if (result.issues !== undefined) return mismatch(pathOf(result.issues[0]))
  const output = frozenCopy('what the schema in "claims" gives', result.value as object) // which refuses what is no object
  const changed = PROTECTED_CLAIMS.find((name) => Object.hasOwn(output, name) && !isPartOf(ownProperty(output, name), claims[name]))
  if (changed !== undefined) throw new TypeError(`the schema in "claims" must not change "${changed}": that is for the issuer to say`)
  const own = Object.fromEntries(PROTECTED_CLAIMS.filter((name) => Object.hasOwn(claims, name)).map((name) => [name, claims[name]]))
  // Claims that the schema does not mention stay. (D69)
  return { accepted: true, claims: Object.freeze({ ...claims, ...output, ...own }), expiresAt: undefined, assured: Object.keys(output) }
}

function mismatch(claim: string): Rejected {
  const hint = gatesOwnHint(claim)
  return reject('invalid_claim', { claim, expected: 'what the schema takes', actual: undefined, ...(hint && { hint }) })
}

// A schema may leave out members that it does not know.
function isPartOf(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole
  if (Array.isArray(part) && !(Array.isArray(whole) && part.length === whole.length)) return false
  return Object.entries(part).every(([name, value]) => Object.hasOwn(Object(whole), name) && isPartOf(value, ownProperty(whole, name)))
}

/** Tells where the claims do not fit. Names of members may come from the token too: an odd one is not repeated. */
function pathOf(issue: SchemaIssue | undefined): string {
  const names = (issue?.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment))
  return names.length === 0 ? 'claims' : names.slice(0, 8).map((name) => (NAME.test(name) ? name : '*')).join('.')
}

const NAME = /^[\w:./-]{1,64}$/
