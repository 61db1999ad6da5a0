/** Odd tokens by the thousand, from a seed; what jose and we say about each; and where we may be stricter, and why. */
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import { ALGORITHMS } from '../../src/jwt/signature/algorithms.js'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import { bytesOf, CLAIMS, encode, handSigner, verifier, withLeadingZero, withSignature } from './token-kit.js'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import type { Algorithm } from '../../src/jwt/signature/algorithms.js'
import type { HandSigner } from './token-kit.js'

/** Numbers that look like chance and are the same for the same seed (mulberry32). */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to below the limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) % limit
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T // below the length, so there is one
  }
}

const NAMES = Object.keys(ALGORITHMS) as Algorithm[]
const isRsa = (alg: Algorithm): boolean => ALGORITHMS[alg].kty === 'RSA'

/** Keys of the issuer: one RSA key for six algorithms, one bound to its own, one of each curve, two with one kid. */
const rsa = handSigner('RS256', 'rsa')
const ed = handSigner('EdDSA', 'ed')
const seven = handSigner('Ed25519', '7')
const bound = handSigner('RS256', 'bound')
const curves = [handSigner('ES256', 'p256'), handSigner('ES384', 'p384'), handSigner('ES512', 'p521')]
const twins = [handSigner('ES256', 'twin'), handSigner('ES256', 'twin')]

/** Everyone who may sign: each algorithm at least once. */
export const SIGNERS: readonly HandSigner[] = [
  ...NAMES.filter(isRsa).map((alg) => handSigner(alg, 'rsa', rsa)),
  ...NAMES.filter((alg) => alg.startsWith('Ed')).map((alg) => handSigner(alg, 'ed', ed)),
  ...curves,
  ...twins,
  seven,
  bound,
]

/** The same again with keys that nobody knows. */
const stranger = handSigner('RS256', 'rsa')
export const STRANGERS: readonly HandSigner[] = SIGNERS.map(({ alg, kid }) =>
  isRsa(alg) ? handSigner(alg, kid, stranger) : handSigner(alg, kid),
)

const leaked = handSigner('ES256', 'leaked')

/** Keys of the issuer, put to a use that they are not for. */
export const MISFITS: readonly HandSigner[] = [
  ...NAMES.filter((alg) => isRsa(alg) && alg !== 'RS256').map((alg) => handSigner(alg, 'bound', bound)),
  handSigner('RS256', 'encryption', rsa),
  leaked,
]

/** The set as published: with a secret, an encryption key and a private key that have no business there. */
export const JWKS = {
  keys: [
    rsa.publicJwk,
    { kty: 'oct', kid: 'secret', k: encode(Buffer.alloc(32, 7)) },
    ...curves.map(({ publicJwk }) => publicJwk),
    { ...rsa.publicJwk, kid: 'encryption', use: 'enc' },
    { ...leaked.privateKey.export({ format: 'jwk' }), kid: 'leaked' },
    ...twins.map(({ publicJwk }) => publicJwk),
    ed.publicJwk,
    seven.publicJwk,
    { ...bound.publicJwk, alg: 'RS256' },
  ],
}

const JOSE_OPTIONS = {
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: NAMES,
  clockTolerance: 5,
  currentDate: new Date(START * 1000),
  requiredClaims: ['exp'],
}

/** The independent verifier. Where several keys fit, it leaves the trying to its caller. */
export function joseWith(keys: readonly object[]): (token: string) => Promise<boolean> {
  const known = createLocalJWKSet({ keys } as unknown as JSONWebKeySet) // odd ones among them, on purpose
  return (token) => isGoodFor(token, known)
}

async function isGoodFor(token: string, known: JWTVerifyGetKey): Promise<boolean> {
  const isGood = async (key: JWTVerifyGetKey | Parameters<typeof jwtVerify>[1]): Promise<unknown> => {
    try {
      await jwtVerify(token, key as JWTVerifyGetKey, JOSE_OPTIONS)
      return true
    } catch (error) {
      return error
    }
  }
  const answer = await isGood(known)
  if (!(answer instanceof errors.JWKSMultipleMatchingKeys)) return answer === true
  for await (const key of answer) if ((await isGood(key)) === true) return true
  return false
}

const joseAccepts = joseWith(JWKS.keys)
const auto = verifier(JWKS.keys, { engine: 'auto' })
const slow = verifier(JWKS.keys, { engine: 'jose' })

export interface Opinions {
  /** `'accepted'`, or the reason of the refusal. */
  readonly ours: string
  readonly jose: boolean
  /** What is wrong with these opinions; undefined when nothing is. */
  readonly fault: string | undefined
}

/** What everybody says about this token. Never throws: whatever is thrown is a fault. */
export async function opinions(token: string): Promise<Opinions> {
  const jose = await joseAccepts(token)
  try {
    const [ours, others] = [await auto.says(token), await slow.says(token)]
    auto.events.length = slow.events.length = 0
    return {
      ours,
      jose,
      fault: ours === others ? await faultOf(token, ours, jose) : `engine auto: ${ours}, engine jose: ${others}`,
    }
  } catch (error) {
    return { ours: 'an exception', jose, fault: `threw ${String(error)}` }
  }
}

async function faultOf(token: string, ours: string, jose: boolean): Promise<string | undefined> {
  const accepted = ours === 'accepted'
  if (accepted && !jose && !hasNullInstant(token)) return 'accepted what jose refuses'
  if (accepted && auto.provider.recognizes(token) !== 'mine') return 'accepted what it does not recognize'
  if (!accepted && jose && strictness(token) === undefined)
    return `refused as ${ours} what jose takes, for no reason that is listed`
  const reports = await auto.provider.explain(token)
  return reports.every(({ passed }) => passed) === accepted ? undefined : `${ours}, but explained otherwise`
}

/** A way in which we are stricter than jose. */
export interface Strictness {
  readonly because: string
  readonly covers: (token: string) => boolean
  /** Tokens that jose takes and we refuse for this and for nothing else. */
  readonly examples: () => readonly string[]
}

/** The reason, of those listed, for which a token that jose takes may be refused. */
export function strictness(token: string): Strictness | undefined {
  return STRICTER.find(({ covers }) => covers(token))
}

const good = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string =>
  ed.token(claims, header)
const goodClaims = (member: string): string =>
  ed.write({ alg: 'EdDSA', kid: 'ed' }, JSON.stringify(CLAIMS).replace('}', `,${member}}`))
const withoutClaim = (name: keyof typeof CLAIMS, value: string): string => {
  const { [name]: _, ...others } = CLAIMS
  return ed.write({ alg: 'EdDSA', kid: 'ed' }, `${JSON.stringify(others).slice(0, -1)},"${name}":${value}}`)
}
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

export const STRICTER: readonly Strictness[] = [
  {
    because: 'a token has one spelling: base64url without padding, blanks and bits that do not count (S2)',
    covers: (token) => token.split('.').some((part) => part !== Buffer.from(part, 'base64url').toString('base64url')),
    examples: () => {
      const token = good()
      const last = token.at(-1) ?? ''
      const other = { A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? 'B'
      return [
        `${token.slice(0, -1)}${other}`,
        `${token}==`,
        `${token}\n`,
        ed.seal(token.slice(0, token.lastIndexOf('.')).replace('.', '\n.')),
      ]
    },
  },
  {
    because: 'an RSA signature is as long as the modulus: without leading zeros it is a twin (RFC 8017 section 8.1.2)',
    covers: (token) => String(partsOf(token)[0]?.alg).startsWith('PS') && bytesOf(token).length < 256,
    examples: () =>
      SIGNERS.filter(({ alg }) => alg.startsWith('PS')).map((signer) => {
        const token = withLeadingZero(signer)
        return withSignature(token, bytesOf(token).subarray(1))
      }),
  },
  {
    because: 'a token has at most 32 KiB, so that reading one costs little (S2)',
    covers: (token) => token.length > 32_768,
    examples: () => [good({ groups: 'x'.repeat(25_000) })],
  },
  {
    because: 'header and claims are nested at most 16 deep, so that nobody behind us runs out of stack',
    covers: (token) => partsOf(token).some((part) => depthOf(part) > 16),
    examples: () => [
      goodClaims(`"deep":${nested(17)}`),
      ed.write(`{"alg":"EdDSA","kid":"ed","deep":${nested(17)}}`, CLAIMS),
    ],
  },
  {
    because: 'a byte order mark is no JSON (RFC 8259 section 8.1)',
    covers: (token) =>
      token.split('.').some((part) => Buffer.from(part, 'base64url').subarray(0, 3).toString('hex') === 'efbbbf'),
    examples: () => [
      ed.write(`\ufeff${JSON.stringify({ alg: 'EdDSA', kid: 'ed' })}`, CLAIMS),
      ed.write({ alg: 'EdDSA', kid: 'ed' }, `\ufeff${JSON.stringify(CLAIMS)}`),
    ],
  },
  {
    because: 'no extension is understood, so crit and b64 have no place in the header, whatever they say (S3)',
    covers: (token) => Object.hasOwn(partsOf(token)[0] ?? {}, 'crit') || Object.hasOwn(partsOf(token)[0] ?? {}, 'b64'),
    examples: () => [good({}, { b64: false }), good({}, { b64: 'x' }), good({}, { crit: ['b64'], b64: true })],
  },
  {
    because:
      'one kind of JWT must not pass for another: a typ, where there is one, names an access token (RFC 8725)',
    covers: (token) => {
      const { typ } = partsOf(token)[0] ?? {}
      return typ !== undefined && !(typeof typ === 'string' && /^(application\/)?(at\+)?jwt$|^bearer$/i.test(typ))
    },
    examples: () => [good({}, { typ: 'dpop+jwt' }), good({}, { typ: null }), good({}, { typ: ['JWT'] })],
  },
  {
    because:
      'one kind of JWT must not pass for another: these claims mark ID tokens, logout tokens, proofs and answers',
    covers: (token) => {
      const claims = partsOf(token)[1] ?? {}
      const has = (name: string): boolean => Object.hasOwn(claims, name)
      if (['at_hash', 'c_hash', 'events', 'htm', 'token_introspection'].some(has)) return true
      return (
        (has('token_use') && claims.token_use !== 'access') ||
        ['ID', 'Refresh', 'Offline', 'Logout'].includes(claims.typ as string)
      )
    },
    examples: () => [good({ at_hash: 'x' }), good({ events: {} }), good({ token_use: 'id' }), good({ typ: 'Refresh' })],
  },
  {
    because: 'an audience is text, or a list of texts and nothing else (RFC 7519 section 4.1.3)',
    covers: (token) => [partsOf(token)[1]?.aud].flat().some((audience) => typeof audience !== 'string'),
    examples: () => [good({ aud: [AUDIENCE, 7] }), good({ aud: [null, AUDIENCE] })],
  },
  {
    because: 'an instant is a finite number: 1e400 is read as infinity, and never ends (S4)',
    covers: (token) =>
      ['exp', 'nbf', 'iat'].some((name) => Math.abs(Number(partsOf(token)[1]?.[name] ?? 0)) === Infinity),
    examples: () => [withoutClaim('exp', '1e400'), goodClaims('"nbf":-1e400'), withoutClaim('iat', '1e999')],
  },
  {
    because: 'half of a pair of surrogates is no text: in UTF-8, and so in every digest, all of these are the same',
    // `JSON.stringify` writes them as escapes, and nothing else of their kind.
    covers: (token) => partsOf(token).some((part) => /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(part ?? null))),
    examples: () => [goodClaims('"n":"\\ud800"'), goodClaims('"\\udfff":1')],
  },
  {
    because: 'an instant is in seconds: in milliseconds, a token would not end before the year 10000 (RFC 7519 section 2)',
    covers: (token) => ['exp', 'nbf', 'iat'].some((name) => Number(partsOf(token)[1]?.[name] ?? 0) > 253_402_300_799),
    examples: () => [withoutClaim('exp', '253402300800'), withoutClaim('exp', `${START * 1000}`), withoutClaim('iat', `${START * 1000}`)],
  },
  {
    because: 'a token of more than a minute ahead would outlive the revocation of its subject',
    covers: (token) => Number(partsOf(token)[1]?.iat ?? 0) > START + 60,
    examples: () => [good({ iat: START + 61 })],
  },
  {
    because: 'who somebody is, is text: sub, client_id, azp and jti (RFC 7519 section 4.1.2, RFC 9068 section 2.2)',
    covers: (token) =>
      ['sub', 'client_id', 'azp', 'jti'].some(
        (name) => !['undefined', 'string'].includes(typeof (partsOf(token)[1]?.[name] ?? (name === 'sub' ? partsOf(token)[1]?.sub : undefined))),
      ),
    examples: () => [good({ sub: 7 }), good({ client_id: ['a'] }), good({ azp: 7 }), good({ jti: {} })],
  },
]

/** The one way in which we are laxer than jose about a token: an `nbf` of null, as .NET writes it, is none. */
function hasNullInstant(token: string): boolean {
  const claims = partsOf(token)[1]
  return claims?.nbf === null
}

/** Where we are laxer than jose about key sets. */
export const LAXER: readonly { because: string; keys: readonly object[]; token: string }[] = [
  {
    because: 'EdDSA with a key of Ed25519, and Ed25519, are one algorithm under two names (RFC 9864)',
    keys: [{ ...ed.publicJwk, alg: 'EdDSA' }],
    token: handSigner('Ed25519', 'ed', ed).token(),
  },
  {
    because: 'garbage beside a good key does not spoil it (S3)',
    keys: [[], ed.publicJwk],
    token: ed.token(),
  },
  {
    because: 'ext is about taking keys out of WebCrypto, and has no say about a public one',
    keys: [{ ...ed.publicJwk, ext: 'yes' }],
    token: ed.token(),
  },
  {
    because: 'key_ops that allow to verify do, whatever else they hold',
    keys: [{ ...ed.publicJwk, key_ops: ['verify', 'verify', 7] }],
    token: ed.token(),
  },
  {
    because: 'members of null, and empty lists, are members that are not there, as .NET writes them',
    keys: [{ ...ed.publicJwk, alg: null, use: null, d: null, key_ops: [], x5c: [], oth: [] }],
    token: ed.token(),
  },
]

type Members = Readonly<Record<string, unknown>>

/** Header and claims, read as leniently as JSON allows. */
function partsOf(token: string): readonly (Members | undefined)[] {
  return token.split('.', 2).map((part) => {
    try {
      const value: unknown = JSON.parse(
        Buffer.from(part, 'base64url')
          .toString()
          .replace(/^\ufeff/, ''),
      )
      return typeof value === 'object' && value !== null ? (value as Members) : undefined
    } catch {
      return undefined
    }
  })
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const ODD = [
  '=', '+', '/', '.', ' ', '\n', '\t', '\0', '~', '%', '"', '\u00e9', '\u0430', '\ufeff', '\u{1f512}', 'A', '_',
]

type TextMutation = (token: string, other: string, chance: Chance) => string

/** Changes to the text of a token, as somebody in the middle can make them. */
const IN_TEXT: Readonly<Record<string, TextMutation>> = {
  flip: (token, _, chance) =>
    replaceAt(token, chance.below(token.length), (code) => String.fromCharCode(code ^ (1 << chance.below(7)))),
  replace: (token, _, chance) => replaceAt(token, chance.below(token.length), () => chance.pick([...ALPHABET])),
  insert: (token, _, chance) => insertAt(token, chance.below(token.length + 1), chance.pick([...ALPHABET, ...ODD])),
  delete: (token, _, chance) => cut(token, chance.below(token.length), 1 + chance.below(3)),
  exchange: (token, _, chance) => {
    const at = chance.below(token.length - 1)
    return token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2)
  },
  truncate: (token, _, chance) => token.slice(0, chance.below(token.length)),
  'repeat a piece': (token, _, chance) => {
    const at = chance.below(token.length)
    return insertAt(token, at, token.slice(at, at + 1 + chance.below(64)))
  },
  'repeat it all': (token, _, chance) =>
    Array.from({ length: 2 + chance.below(3) }, () => token).join(chance.pick(['', '.', ',', ' '])),
  'a part of another': (token, other, chance) => inPart(token, chance.below(3), (_, at) => other.split('.')[at] ?? ''),
  'parts in another order': (token, _, chance) => {
    const parts = token.split('.')
    return [chance.pick(parts), chance.pick(parts), chance.pick(parts)].join('.')
  },
  'the last letter of a part': (token, _, chance) =>
    inPart(token, chance.below(3), (part) => part.slice(0, -1) + chance.pick([...ALPHABET])),
  'something at the end': (token, _, chance) =>
    inPart(token, chance.below(3), (part) => part + chance.pick([...ODD, '==', '\r\n'])),
  'another case': (token, _, chance) =>
    replaceAt(token, chance.below(token.length), (code) => swapCase(String.fromCharCode(code))),
  'bits of the signature': (token, _, chance) => inBytes(token, 2, (bytes) => replaceByte(bytes, chance)),
  'length of the signature': (token, _, chance) =>
    inBytes(token, 2, (bytes) =>
      chance.below(2)
        ? bytes.subarray(chance.below(3))
        : Buffer.concat([Buffer.alloc(chance.below(3)), bytes, Buffer.alloc(chance.below(3))]),
    ),
  'bits of the header': (token, _, chance) => inBytes(token, 0, (bytes) => replaceByte(bytes, chance)),
  'bits of the claims': (token, _, chance) => inBytes(token, 1, (bytes) => replaceByte(bytes, chance)),
  'halves exchanged': (token) =>
    inBytes(token, 2, (bytes) =>
      Buffer.concat([bytes.subarray(bytes.length / 2), bytes.subarray(0, bytes.length / 2)]),
    ),
}

/** One of the changes above, or two. */
export function mutateText(token: string, other: string, chance: Chance): string {
  const once = chance.pick(Object.values(IN_TEXT))(token, other, chance)
  return chance.below(4) === 0 && once.length > 2 ? chance.pick(Object.values(IN_TEXT))(once, other, chance) : once
}

const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1e400',
  '-1e400',
  '1e308',
  '1.5',
  '"1"',
  'null',
  'true',
  '[]',
  '{}',
  '1e-400',
  '9'.repeat(320),
  `${START}`,
  `${START - 5}`,
  `${START + 5}`,
  `${START - 4.999}`,
  `${START + 5.001}`,
  'NaN',
  '01',
  '0x1',
  '+1',
  '1e',
]
const TEXTS = [
  '""', '" "', 'null', '7', '[]', '{}', `"${ISSUER}"`, `"${ISSUER}/"`, `["${ISSUER}"]`, `"${AUDIENCE}"`,
  `["${AUDIENCE}"]`, `["x","${AUDIENCE}"]`, `["${AUDIENCE}",7]`, `[["${AUDIENCE}"]]`, '"\\ud800"', '"\\u0000"',
  '{"toString":7}', '{"__proto__":null}', '"RS256"', '"none"', '"ed"', '"7"', '"twin"',
]
const MEMBERS = [
  'iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'azp', 'scope', 'typ', 'alg', 'kid', 'cty', 'crit',
  'b64', 'zip', 'enc', 'jwk', 'jku', 'x5c', 'at_hash', 'events', 'token_use', 'htm', '__proto__', 'constructor',
  'toString', 'then', '\\u0069ss', 'EXP', '',
]

type ByteMutation = (bytes: Buffer, chance: Chance) => Buffer

/** Changes to the JSON of a header or of claims, signed afterwards: what a careless or malicious issuer could write. */
const IN_JSON: Readonly<Record<string, ByteMutation>> = {
  bit: replaceByte,
  'a byte more': (bytes, chance) => spliced(bytes, chance.below(bytes.length + 1), 0, Buffer.of(chance.below(256))),
  'a byte less': (bytes, chance) => spliced(bytes, chance.below(bytes.length), 1),
  'a byte of no UTF-8': (bytes, chance) =>
    spliced(
      bytes,
      chance.below(bytes.length + 1),
      0,
      chance.pick(
        [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80]].map((odd) =>
          Buffer.from(odd),
        ),
      ),
    ),
  'a blank': (bytes, chance) =>
    spliced(
      bytes,
      chance.below(bytes.length + 1),
      0,
      Buffer.from(chance.pick([' ', '\n', '\t', '\r', '\f', '\u00a0', '\u2028', '\ufeff', '\0', '/**/'])),
    ),
  'around it': (bytes, chance) =>
    Buffer.concat([
      Buffer.from(chance.pick(['', ' ', '\ufeff', '[', '\n'])),
      bytes,
      Buffer.from(chance.pick(['', ' ', ']', '\n', '\0', '{}'])),
    ]),
  'a number': (bytes, chance) => inText(bytes, (text) => text.replace(/-?\d{6,}/, () => chance.pick(NUMBERS))),
  'any value': (bytes, chance) => {
    const name = chance.pick(MEMBERS)
    return inText(bytes, (text) =>
      text.replace(new RegExp(`"${name}":("[^"]*"|[^,}]*)`), () => `"${name}":${chance.pick([...TEXTS, ...NUMBERS])}`),
    )
  },
  'a member at the end': (bytes, chance) =>
    inText(bytes, (text) =>
      text.replace(/\}$/, () => `,"${chance.pick(MEMBERS)}":${chance.pick([...TEXTS, ...NUMBERS])}}`),
    ),
  'a member at the front': (bytes, chance) =>
    inText(bytes, (text) =>
      text.replace('{', () => `{"${chance.pick(MEMBERS)}":${chance.pick([...TEXTS, ...NUMBERS])},`),
    ),
  'a member less': (bytes, chance) =>
    inText(bytes, (text) => text.replace(new RegExp(`"${chance.pick(MEMBERS)}":("[^"]*"|[^,}]*),?`), '')),
  depth: (bytes, chance) =>
    inText(bytes, (text) => text.replace(/\}$/, () => `,"deep":${nested(chance.pick([1, 14, 15, 16, 17, 500]))}}`)),
  'an escape': (bytes, chance) =>
    inText(bytes, (text) =>
      text.replace(
        new RegExp(chance.pick(['i', 's', 'a', 'e'])),
        (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
      ),
    ),
  nothing: (bytes) => bytes,
}

/** A token with odd JSON in it, under a signature that is good, or else somebody else's. */
export function signedOddly(signer: HandSigner | undefined, stranger: HandSigner | undefined, chance: Chance): string {
  if (signer === undefined || stranger === undefined) throw new RangeError('there is no such signer')
  const header = Buffer.from(JSON.stringify({ alg: signer.alg, kid: signer.kid, typ: 'at+jwt' }))
  const payload = Buffer.from(JSON.stringify({ ...CLAIMS, jti: `${chance.below(1e9)}` }))
  const change = (bytes: Buffer): Buffer => chance.pick(Object.values(IN_JSON))(bytes, chance)
  const author = chance.below(20) === 0 ? stranger : signer
  return author.write(
    chance.below(3) === 0 ? change(header) : header,
    chance.below(5) === 0 ? change(change(payload)) : change(payload),
  )
}

function replaceAt(text: string, at: number, change: (code: number) => string): string {
  return text.slice(0, at) + change(text.charCodeAt(at)) + text.slice(at + 1)
}

function insertAt(text: string, at: number, more: string): string {
  return text.slice(0, at) + more + text.slice(at)
}

function cut(text: string, at: number, count: number): string {
  return text.slice(0, at) + text.slice(at + count)
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
}

function inPart(token: string, index: number, change: (part: string, at: number) => string): string {
  return token
    .split('.')
    .map((part, at) => (at === index ? change(part, at) : part))
    .join('.')
}

function inBytes(token: string, index: number, change: (bytes: Buffer) => Buffer): string {
  return inPart(token, index, (part) => encode(change(Buffer.from(part, 'base64url'))))
}

function inText(bytes: Buffer, change: (text: string) => string): Buffer {
  return Buffer.from(change(bytes.toString()))
}

function replaceByte(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.below(Math.max(1, bytes.length))
  return Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ (1 << chance.below(8)) : byte)))
}

function spliced(bytes: Buffer, at: number, count: number, more: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + count)])
}
