/** This file looks at the keys of an issuer: whether they can check signatures, and how soon a new one is noticed. */
import { isUnavailable } from '../../errors.js'
import { leadsInside } from '../../jwt/keys/discovery.js'
import { parseKeySet } from '../../jwt/keys/key-set.js'
import { ownProperty } from '../../lib/own-property.js'
import { finding } from './finding.js'
import type { Ask, Asked } from './ask.js'
import type { Finding } from './finding.js'

export async function keyFindings(issuer: string, metadata: object, ask: Ask): Promise<readonly Finding[]> {
  const uri = ownProperty(metadata, 'jwks_uri')
  if (typeof uri !== 'string' || !URL.canParse(uri)) {
    return [finding('wrong', 'keys', 'the document names no jwks_uri', { clause: 'RFC 8414 section 2', advice: 'JWTs cannot be verified without keys: use introspection, or set "jwksUri"' })]
  }
  if (leadsInside(issuer, new URL(uri))) {
    return [finding('wrong', 'keys', `${uri} is within this network, and the issuer is not: not asked`, { advice: 'the document has the name that the server knows itself by; tell it the public one' })]
  }
  if (uri.startsWith('http:') && issuer.startsWith('https:')) {
    return [finding('wrong', 'keys', `${uri} is plain http: not asked`, { advice: 'whoever is on the way could give you keys of his own' })]
  }
  try {
    const asked = await ask(uri)
    return asked.status === 200 ? [...keysIn(asked.json), ageOf(asked)] : [finding('wrong', 'keys', `${uri} answered ${asked.status}`)]
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return [finding('cannot tell', 'keys', error.message)]
  }
}

function keysIn(document: unknown): readonly Finding[] {
  const keys = ownProperty(document, 'keys')
  const list: readonly unknown[] = Array.isArray(keys) ? keys : []
  const clause = 'RFC 7517 section 5'
  if (list.length === 0) return [finding('wrong', 'keys', 'no JWK Set with keys in it', { clause })]
  const looks = list.map((key) => ({ name: nameOf(key), fault: faultOf(key), size: sizeOf(key) }))
  const good = looks.filter(({ fault }) => fault === undefined)
  const published = looks.filter(({ fault }) => fault !== undefined && !fault.includes('encryption'))
  return [
    good.length === 0 ?
      finding('wrong', 'keys', 'none that can check signatures', { clause })
    : finding('ok', 'keys', good.map(({ name, size }) => `${name} (${size})`).join(', '), { clause }),
    ...published.map(({ name, fault = '' }) => finding(/private half|too weak/.test(fault) ? 'wrong' : 'warning', `key ${name}`, fault)),
    ...namesOf(list),
  ]
}

function nameOf(key: unknown): string {
  const kid = ownProperty(key, 'kid')
  return typeof kid === 'string' ? kid : 'without a name'
}

function faultOf(key: unknown): string | undefined {
  const set = parseKeySet({ keys: [key] })
  if (set === null) return 'is no key at all'
  return set.hasFitting() ? undefined : (set.faults()[0] ?? 'the key is there, and this runtime cannot use it')
}

/** `RS256, 2048 bits`, `ES256 on P-256`: by what the key says of itself. */
function sizeOf(key: unknown): string {
  const own = (name: string): string => {
    const value = ownProperty(key, name)
    return typeof value === 'string' ? value : ''
  }
  const bits = Math.floor((own('n').replace(/=+$/, '').length * 6) / 8) * 8
  const size = own('kty') === 'RSA' ? `${bits} bits` : own('crv')
  return [own('alg') || own('kty'), size].filter(Boolean).join(', ')
}

function namesOf(keys: readonly unknown[]): readonly Finding[] {
  const names = keys.map((key) => ownProperty(key, 'kid'))
  const clause = 'RFC 7517 section 4.5'
  const advice = 'at a rotation a server has to try several keys; the issuer should name each apart (kid)'
  if (keys.length > 1 && names.includes(undefined)) return [finding('warning', 'names of keys', 'not every key has a kid', { clause, advice })]
  if (new Set(names).size < names.length) return [finding('warning', 'names of keys', 'two keys have the same kid', { clause, advice })]
  return []
}

/** What the answer says about its age: a rotation is noticed by then, or by the first token with an unknown key. */
function ageOf({ headers }: Asked): Finding {
  const seconds = Number(/(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,;])/.exec(headers.get('cache-control') ?? '')?.[1])
  const clause = 'RFC 9111 section 5.2.2.1'
  if (Number.isNaN(seconds)) return finding('ok', 'age of keys', 'Cache-Control does not say: kept as "keys.maxAge" has it', { clause })
  if (seconds <= 86_400) return finding('ok', 'age of keys', `kept for ${Math.max(60, seconds)} s, as Cache-Control says`, { clause })
  return finding('warning', 'age of keys', `Cache-Control says ${seconds} s: kept for a day`, { clause, advice: 'others trust for so long a key that was taken back' })
}
