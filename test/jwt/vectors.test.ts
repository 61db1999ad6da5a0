/** Other people's vectors: what they call invalid is refused, what they call valid taken; exceptions have a reason. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ALGORITHMS, isAlgorithm } from '../../src/jwt/signature/algorithms.js'
import { decodeJwt } from '../../src/jwt/token/decode.js'
import { parseKeySet } from '../../src/jwt/keys/key-set.js'
import { firstFailure, rulesFor } from '../../src/jwt/rules/rules.js'
import { isSigned, signatureEngine } from '../../src/jwt/signature/signature.js'
import { START } from '../oauth-kit.js'
import { ENGINES, encode, verifier } from './token-kit.js'
import type { KeySet } from '../../src/jwt/keys/key-set.js'
import type { Expectations } from '../../src/jwt/rules/rules.js'
import type { Engine } from './token-kit.js'

type Json = Readonly<Record<string, unknown>>

interface WycheproofTest {
  readonly tcId: number
  readonly comment: string
  readonly jws: string
  readonly result: 'valid' | 'invalid'
  readonly flags: readonly string[]
}

interface WycheproofGroup {
  readonly comment: string
  readonly public?: Json
  readonly private: Json
  readonly tests: readonly WycheproofTest[]
}

function vectors(path: string): string {
  return readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8')
}

function wycheproof(file: string): readonly (WycheproofTest & { readonly group: string; readonly keys: KeySet })[] {
  const { testGroups } = JSON.parse(vectors(`wycheproof/${file}`)) as { testGroups: readonly WycheproofGroup[] }
  return testGroups.flatMap((group) =>
    // Groups without public keys hold shared secrets, and those we get to see.
    group.tests.map((one) => ({ ...one, group: group.comment, keys: keySet(group.public ?? group.private) })),
  )
}

function keySet(document: Json): KeySet {
  const set = parseKeySet('keys' in document ? document : { keys: [document] })
  if (set === null) throw new Error('a vector without keys')
  return set
}

/** What only looks at the header: most vectors sign text, and text has no claims. */
const { header: headerRules } = rulesFor({ requiredClaims: [], rules: [], reported: [] } as unknown as Expectations)
const expected = { algorithms: Object.keys(ALGORITHMS), tokenType: 'access', types: [] } as unknown as Expectations

/**
 * The library's own steps in their order: reader, rules about the header, keys, signature. Where the payload is no JSON
 * object, each part goes through the reader beside an empty one, so that nothing is refused for its payload alone.
 */
async function judge(engine: Engine, jws: string, keys: KeySet): Promise<string> {
  const jwt = decodeJwt(jws) ?? readInParts(jws)
  if (jwt === null) return 'malformed'
  const found = firstFailure(headerRules, jwt, expected, START)
  if (found !== undefined) return found.reason
  const { alg, kid } = jwt.header
  if (!isAlgorithm(alg)) throw new Error('the rule for alg let something through')
  const candidates = await keys.candidates(alg, kid as string | undefined)
  if (candidates.length === 0) return 'unknown_key'
  return (await isSigned(signatureEngine(engine), { signed: jws.slice(0, jws.lastIndexOf('.')), signature: jwt.signature }, alg, candidates)) ? 'accepted' : 'bad_signature'
}

function readInParts(jws: string): ReturnType<typeof decodeJwt> {
  const [header, payload, signature, ...more] = jws.split('.')
  if (more.length > 0 || payload === undefined || signature === undefined) return null
  const empty = encode({})
  const isCanonical = decodeJwt(`${empty}.${empty}.${payload}`) !== null
  return isCanonical ? decodeJwt(`${header}.${empty}.${signature}`) : null
}

/** Vectors of Wycheproof that are valid there and refused here. */
const REFUSED_ALTHOUGH_VALID: Readonly<Record<number, string>> = {
  259: 'an empty payload holds no claims',
  264: 'an empty payload holds no claims',
  268: 'an empty payload holds no claims',
  272: 'an empty payload holds no claims',
  320: 'an empty payload holds no claims',
  325: 'an empty payload holds no claims',
  346: 'the key says PS256 and the token PS384: the alg of a key is obeyed',
  347: 'the key says ES521, which is no algorithm: the alg of a key is obeyed',
  350: 'the key says PS256 and the token PS384: the alg of a key is obeyed',
  351: 'the key says ES521, which is no algorithm: the alg of a key is obeyed',
}

const signatures = wycheproof('json_web_signature_test.json')
const keys = wycheproof('json_web_key_test.json')

function named<T extends WycheproofTest & { readonly group: string }>(
  list: readonly T[],
): readonly (readonly [string, T])[] {
  return list.map((one) => [`${one.tcId} ${one.group} ${one.comment}`, one])
}

/** True for what carries an algorithm that we take; shared secrets are none of these. */
function isOurs(jws: string): boolean {
  const [header = ''] = jws.split('.')
  return isAlgorithm((JSON.parse(Buffer.from(header, 'base64url').toString()) as Json).alg)
}

test('the vectors are all there', () => {
  expect(signatures.length).toBe(401)
  expect(keys.length).toBe(26)
  expect(signatures.filter(({ result, jws }) => result === 'valid' && isOurs(jws)).length).toBe(36)
})

describe.each(ENGINES)('Wycheproof, with the engine %s', (engine) => {
  const valid = signatures.filter(({ result }) => result === 'valid')
  const isException = ({ tcId }: WycheproofTest): boolean => Object.hasOwn(REFUSED_ALTHOUGH_VALID, tcId)

  test.each(named(signatures.filter(({ result }) => result === 'invalid')))('refuses %s', async (_, { jws, keys }) => {
    expect(await judge(engine, jws, keys)).not.toBe('accepted')
  })

  // So that none of them is refused for some other reason, such as a payload that is text.
  test('finds fault with nothing but the signature, where that is what was modified', async () => {
    const modified = signatures.filter(
      ({ flags, group, result }) =>
        flags.some((flag) => flag.startsWith('Modified')) || (group === 'SpecialCaseEs256' && result === 'invalid'),
    )
    expect(modified.length).toBe(213 + 45 + 23)
    for (const { tcId, jws, keys } of modified) expect(await judge(engine, jws, keys), `${tcId}`).toBe('bad_signature')
  })

  test.each(named(valid.filter((one) => isOurs(one.jws) && !isException(one))))(
    'takes %s',
    async (_, { jws, keys }) => {
      expect(await judge(engine, jws, keys)).toBe('accepted')
    },
  )

  test.each(named(valid.filter(isException)))('refuses %s, which is an exception', async (_, { tcId, jws, keys }) => {
    expect(await judge(engine, jws, keys), `no exception any more: ${REFUSED_ALTHOUGH_VALID[tcId]}`).not.toBe(
      'accepted',
    )
    expect(isOurs(jws), 'of an algorithm that we do not take anyway').toBe(true)
  })

  test.each(named(valid.filter(({ jws }) => !isOurs(jws))))('refuses %s: a shared secret', async (_, { jws, keys }) => {
    expect(await judge(engine, jws, keys)).toMatch(/^(unsupported_algorithm|malformed)$/)
  })

  test.each(named(keys.filter(({ result }) => result === 'invalid')))(
    'with keys: refuses %s',
    async (_, { jws, keys }) => {
      expect(await judge(engine, jws, keys)).not.toBe('accepted')
    },
  )

  test.each(named(keys.filter(({ result, jws }) => result === 'valid' && isOurs(jws))))(
    'with keys: takes %s',
    async (_, { jws, keys }) => {
      expect(await judge(engine, jws, keys)).toBe('accepted')
    },
  )
})

describe('keys that are at fault are never used', () => {
  /** In the first set the company is at fault: the secret is not used, and the public key beside it is good. */
  const GOOD_NEIGHBOURS: Readonly<Record<number, readonly string[]>> = { 1: ['ES256'] }

  const atFault = keys.filter(({ result, comment }) => result === 'invalid' && comment !== 'rejectsModifiedSignature')
  test.each(named(atFault))('%s', async (_, { tcId, keys }) => {
    expect(await usable(keys)).toEqual(GOOD_NEIGHBOURS[tcId] ?? [])
  })

  /** By file: how many of its keys can be used, and for which algorithms. */
  const PUBLIC: Readonly<Record<string, readonly string[]>> = {
    'pyjwt/jwk_ec_pub_P-256.json': ['ES256'],
    'pyjwt/jwk_ec_pub_P-384.json': ['ES384'],
    'pyjwt/jwk_ec_pub_P-521.json': ['ES512'],
    'pyjwt/jwk_okp_pub_Ed25519.json': ['EdDSA', 'Ed25519'],
    'pyjwt/jwk_rsa_pub.json': ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    'pyjwt/jwk_keyset_with_unknown_alg.json': ['RS256'],
    'ory/jwks-ecdsa.json': ['ES256'], // the private one beside it is not used, and does not spoil it
    'ory/jwks-rsa-multiple.json': ['RS256'], // likewise
  }
  const files = ['pyjwt', 'ory'].flatMap((folder) =>
    readdirSync(new URL(`../vectors/${folder}/`, import.meta.url))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${folder}/${name}`),
  )
  test.each(files)('%s: neither private, nor of another kind, nor for encryption', async (file) => {
    expect(await usable(keySet(JSON.parse(vectors(file)) as Json))).toEqual(PUBLIC[file] ?? [])
  })

  test('the files named are there', () => {
    expect(files).toEqual(expect.arrayContaining(Object.keys(PUBLIC)))
    expect(files.length).toBe(21)
  })

  /** Once for each key and algorithm that fit, whatever the kid. */
  async function usable(keys: KeySet): Promise<readonly string[]> {
    const found = await Promise.all(
      Object.keys(ALGORITHMS).map(async (alg) => (await keys.candidates(alg as 'ES256', undefined)).map(() => alg)),
    )
    return found.flat()
  }
})

interface CookbookExample {
  readonly title: string
  readonly input: { readonly alg?: string | readonly string[]; readonly key: Json | readonly Json[] }
  readonly output: { readonly compact?: string; readonly json?: unknown; readonly json_flat?: unknown }
}

describe.each(ENGINES)('the examples of RFCs, with the engine %s', (engine) => {
  /** By file: what becomes of its compact form. */
  const COOKBOOK: Readonly<Record<string, string>> = {
    'rfc7520/4_1.rsa_v15_signature.json': 'accepted',
    'rfc7520/4_2.rsa-pss_signature.json': 'accepted',
    'rfc7520/4_3.ecdsa_signature.json': 'accepted',
    'rfc7520/4_4.hmac-sha2_integrity_protection.json': 'unsupported_algorithm',
    'rfc7520/4_5.signature_with_detached_content.json': 'malformed',
    'rfc7520/4_6.protecting_specific_header_fields.json': 'no compact form',
    'rfc7520/4_7.protecting_content_only.json': 'no compact form',
    'rfc7520/4_8.multiple_signatures.json': 'no compact form',
    'rfc7797/4.2.hmac-sha2_b64_false.json': 'no compact form',
    'rfc7797/hmac-sha2_b64_false.json': 'malformed',
    'rfc8037/jws.json': 'accepted',
  }

  test.each(Object.entries(COOKBOOK))('%s: %s', async (file, verdict) => {
    const { input, output } = JSON.parse(vectors(file)) as CookbookExample
    const keys = [input.key].flat().map((key) => publicHalf(key as Json))
    const { compact } = output
    expect(compact === undefined ? 'no compact form' : await judge(engine, compact, keySet({ keys }))).toBe(verdict)
    if (compact !== undefined)
      expect(await judge(engine, withTurnedBit(compact), keySet({ keys }))).not.toBe('accepted')
    for (const form of [output.json, output.json_flat]) {
      const text = JSON.stringify(form ?? {})
      expect([decodeJwt(text), decodeJwt(encode(text)), await verifier(keys).says(text)]).toEqual([
        null, null, 'malformed',
      ])
    }
  })

  test.each(Object.keys(COOKBOOK))(
    '%s: the key as published there, private half included, is never used',
    async (file) => {
      const { input, output } = JSON.parse(vectors(file)) as CookbookExample
      if (output.compact === undefined) return
      expect(await judge(engine, output.compact, keySet({ keys: [input.key].flat() }))).not.toBe('accepted')
    },
  )

  test('the DPoP proofs of RFC 9449 are good signatures and no access tokens', async () => {
    const { examples } = JSON.parse(vectors('rfc9449/dpop_examples.json')) as {
      examples: readonly {
        readonly proof: string
        readonly header: { readonly jwk: Json }
        readonly claims: { readonly iat: number }
      }[]
    }
    expect(examples.length).toBe(3)
    for (const { proof, header, claims } of examples) {
      const keys = keySet({ keys: [header.jwk] })
      const signature = proof.slice(proof.lastIndexOf('.') + 1)
      const candidates = await keys.candidates('ES256', undefined)
      expect(await isSigned(signatureEngine(engine), { signed: proof.slice(0, proof.lastIndexOf('.')), signature }, 'ES256', candidates)).toBe(true)
      expect(await judge(engine, proof, keys)).toBe('wrong_type')
      expect(await verifier([header.jwk], { engine, now: () => claims.iat }).says(proof)).toBe('wrong_type')
    }
  })
})

function publicHalf({ kty, kid, use, alg, crv, x, y, n, e }: Json): Json {
  return Object.fromEntries(
    Object.entries({ kty, kid, use, alg, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  )
}

function withTurnedBit(compact: string): string {
  const dot = compact.lastIndexOf('.')
  const signature = Buffer.from(compact.slice(dot + 1), 'base64url')
  signature[9] = (signature[9] ?? 0) ^ 1
  return compact.slice(0, dot + 1) + signature.toString('base64url')
}
