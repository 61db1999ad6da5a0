/**
 * Odd tokens against jose: we accept nothing that it refuses, and where we refuse what it takes, the reason is listed.
 * `FUZZ_COUNT` sets how many tokens there are for each of the two seeds, `FUZZ_SEED` the one that is otherwise random.
 */
import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import {
  Chance, joseWith, JWKS, LAXER, MISFITS, mutateText, opinions, signedOddly, SIGNERS, STRANGERS, STRICTER, strictness,
} from './fuzz-kit.js'
import { CLAIMS, ENGINES, verifier } from './token-kit.js'

const COUNT = Number(process.env.FUZZ_COUNT ?? 10_000)
const SEEDS = { fixed: 20_260_714, random: Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31)) }
/** Milliseconds. One takes half of one, with both engines and jose. */
const timeout = Math.max(60_000, COUNT * 10)

console.info(`fuzz: ${COUNT} tokens from the seed ${SEEDS.fixed}, and as many from FUZZ_SEED=${SEEDS.random}`)

describe('what the comparison starts from', () => {
  test('everybody accepts a good token of every algorithm and key', async () => {
    for (const signer of SIGNERS) {
      for (const token of [signer.token(), signer.token({ nbf: START, jti: 'x' }, { typ: 'at+jwt' })]) {
        expect(await opinions(token)).toEqual({ ours: 'accepted', jose: true, fault: undefined })
      }
    }
  })

  test('nobody accepts a token of a stranger', async () => {
    for (const signer of STRANGERS) {
      expect(await opinions(signer.token())).toEqual({ ours: 'bad_signature', jose: false, fault: undefined })
    }
  })

  test('nobody accepts a key that is put to a use which it is not for', async () => {
    for (const signer of MISFITS) {
      expect(await opinions(signer.token())).toEqual({ ours: 'unknown_key', jose: false, fault: undefined })
    }
  })
})

describe('where we are stricter than jose', () => {
  test.each(STRICTER.map((one) => [one.because, one] as const))('%s', async (_, one) => {
    for (const token of one.examples()) {
      const { ours, jose, fault } = await opinions(token)
      expect(jose, 'jose refuses it as well: the row can go').toBe(true)
      expect(ours).not.toBe('accepted')
      expect(fault).toBeUndefined()
      expect(strictness(token)).toBe(one)
    }
  })

  test('no reason covers a good token', () => {
    for (const signer of SIGNERS)
      expect(strictness(signer.token({ nbf: START, client_id: 'x' }, { typ: 'JWT' }))).toBeUndefined()
  })
})

describe.each(Object.entries(SEEDS))('from the %s seed, %d', (_, seed) => {
  test(`${COUNT / 2} changed texts and ${COUNT / 4} odd tokens that are signed`, { timeout }, async () => {
    const chance = new Chance(seed)
    const pool = [...SIGNERS, ...MISFITS].flatMap((signer) =>
      Array.from({ length: 16 }, (_, index) => signer.token({ jti: `${index}` })),
    )
    const tally = { accepted: 0, refused: 0, stricter: 0 }
    for (let index = 0; index < (COUNT * 3) / 4; index += 1) {
      const isText = index % 3 < 2
      const who = pickSigner(chance.below(100))
      const token = isText
        ? mutateText(chance.pick(pool), chance.pick(pool), chance)
        : signedOddly(SIGNERS[who], STRANGERS[who], chance)
      tally[await agreedOn(token)] += 1
    }
    // A comparison of nothing but refusals would compare nothing.
    for (const share of Object.values(tally)) expect(share, JSON.stringify(tally)).toBeGreaterThan(COUNT / 100)
  })

  test(`${COUNT / 4} tokens of odd structure`, { timeout }, async () => {
    const tally = { accepted: 0, refused: 0, stricter: 0 }
    const property = fc.asyncProperty(STRUCTURE, async ({ who, header, claims, isStranger }) => {
      const signer = isStranger ? STRANGERS[who] : SIGNERS[who]
      const token = signer?.write({ alg: signer.alg, kid: signer.kid, ...header }, { ...CLAIMS, ...claims })
      tally[await agreedOn(token ?? '')] += 1
    })
    await fc.assert(property, { seed, numRuns: Math.floor(COUNT / 4) })
    for (const share of Object.values(tally)) expect(share, JSON.stringify(tally)).toBeGreaterThan(COUNT / 100)
  })
})

describe('where we are laxer than jose', () => {
  test.each(['nbf'])('%s of null is none, and everything else is still looked at', async (claim) => {
    for (const signer of SIGNERS) {
      expect(await opinions(signer.token({ [claim]: null }))).toEqual({ ours: 'accepted', jose: false, fault: undefined })
    }
    for (const signer of STRANGERS) expect((await opinions(signer.token({ [claim]: null }))).ours).toBe('bad_signature')
    expect((await opinions(SIGNERS[0]?.token({ [claim]: null, exp: START - 60 }) ?? '')).ours).toBe('expired')
  })

  test.each(LAXER.map((one) => [one.because, one] as const))('%s', async (_, { keys, token }) => {
    expect(await joseAccepts(keys, token), 'jose takes it as well: the row can go').toBe(false)
    for (const engine of ENGINES) expect(await verifier(keys, { engine }).says(token)).toBe('accepted')
    expect(await verifier(keys).says(STRANGERS[0]?.token() ?? '')).not.toBe('accepted')
  })

  async function joseAccepts(keys: readonly object[], token: string): Promise<boolean> {
    try {
      return await joseWith(keys)(token)
    } catch {
      return false // the whole set, it says
    }
  }
})

/** What we say about it. Throws, with all that it takes to try again, when we should have said something else. */
async function agreedOn(token: string): Promise<'accepted' | 'refused' | 'stricter'> {
  const { ours, jose, fault } = await opinions(token)
  if (fault !== undefined) throw new Error(`${fault}: ${JSON.stringify(token)} under ${JSON.stringify(JWKS)}`)
  if (ours === 'accepted') return 'accepted'
  return jose ? 'stricter' : 'refused'
}

/** Quick algorithms more often than slow ones; every one of them. */
function pickSigner(percent: number): number {
  const quick = SIGNERS.flatMap(({ alg }, index) => (/^(Ed|ES256)/.test(alg) ? [index] : []))
  return percent < 75 ? (quick[percent % quick.length] ?? 0) : percent % SIGNERS.length
}

/** Mostly the first, sometimes any of the others. */
function mostly<T>(usual: T, ...odd: fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 20, arbitrary: fc.constant(usual) }, ...odd.map((arbitrary) => ({ weight: 1, arbitrary })))
}

const anyJson = fc.jsonValue({ maxDepth: 3 })
const deep = fc
  .integer({ min: 12, max: 20 })
  .map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown)
const instant = (usual: number | undefined): fc.Arbitrary<unknown> =>
  mostly(
    usual,
    fc.integer({ min: START - 10, max: START + 10 }),
    fc.double(),
    fc.constantFrom(-0, 1e308, -1e308, 0, START - 5, START + 5),
    anyJson,
  )
const text = (usual: string | undefined): fc.Arbitrary<unknown> =>
  mostly(
    usual,
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(ISSUER, AUDIENCE, '__proto__', 'toString', 'undefined', 'null'),
    anyJson,
  )
const kids = fc.constantFrom<unknown>(
  ...new Set(JWKS.keys.map(({ kid }) => kid)),
  7,
  null,
  ['7'],
  { toString: 7 },
  'undefined',
  '',
)
const algorithms = fc.constantFrom<unknown>(
  ...new Set(SIGNERS.map(({ alg }) => alg)),
  'none',
  'HS256',
  'ES256K',
  'rs256',
  null,
  ['RS256'],
)

/** Undefined members are not written, except where they take a usual one away. */
const STRUCTURE = fc.record({
  who: fc.integer({ min: 0, max: 99 }).map(pickSigner),
  isStranger: fc.integer({ min: 0, max: 19 }).map((share) => share === 0),
  header: fc
    .tuple(
      fc.oneof(
        { weight: 30, arbitrary: fc.constant({}) },
        { weight: 3, arbitrary: fc.record({ kid: fc.oneof(kids, anyJson, fc.constant(undefined)) }) },
        { weight: 2, arbitrary: fc.record({ alg: fc.oneof(algorithms, anyJson) }) },
      ),
      fc.record({
        typ: mostly(
          undefined,
          fc.constantFrom('JWT', 'at+jwt', 'AT+JWT', 'application/jwt', 'dpop+jwt', 'logout+jwt'),
          anyJson,
        ),
      }),
      fc.oneof(
        { weight: 40, arbitrary: fc.constant({}) },
        ...['crit', 'b64', 'cty', 'zip', 'enc', 'jwk', 'jku', 'x5c', '__proto__', 'toString', 'deep'].map((name) =>
          fc.oneof(anyJson, deep).map((value) => own(name, value)),
        ),
      ),
    )
    .map(([key, type, more]) => ({ ...key, ...type, ...more }) as Record<string, unknown>),
  claims: fc
    .tuple(
      fc.record({
        iss: mostly(ISSUER, fc.constantFrom([ISSUER], `${ISSUER}/`, undefined), anyJson),
        aud: mostly(
          AUDIENCE,
          fc.array(fc.oneof(fc.constant(AUDIENCE), fc.string(), anyJson), { maxLength: 3 }),
          fc.constant(undefined),
          anyJson,
        ),
        exp: instant(START + 300),
        nbf: instant(undefined),
        iat: instant(START),
        sub: text('ada'),
        client_id: text(undefined),
        azp: text(undefined),
        jti: text(undefined),
        scope: text('notes:read'),
      }),
      fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        ...[
          'typ', 'token_use', 'at_hash', 'events', 'htm', 'c_hash', 'token_introspection', '__proto__',
          'constructor', 'toJSON', 'deep',
        ].map((name) =>
          fc
            .oneof(fc.constantFrom('access', 'id', 'ID', 'Bearer', 'Refresh'), anyJson, deep)
            .map((value) => own(name, value)),
        ),
      ),
      fc.dictionary(fc.string(), anyJson, { maxKeys: 3 }),
    )
    .map(([usual, special, more]) => ({ ...more, ...usual, ...special }) as Record<string, unknown>),
})

/** A member of its own, even when it is called __proto__. */
function own(name: string, value: unknown): object {
  return Object.defineProperty({}, name, { value, enumerable: true })
}
