/** Reads an issuer's keys from where they are: in hand, in a file, at a URL, or wherever discovery says. */
import { AuthUnavailableError } from '../../errors.js'
import { withinSpan } from '../../lib/deadline.js'
import { fetchJson } from '../../lib/net/fetch-json.js'
import { placeOf } from '../../lib/net/fetch-text.js'
import { meaningOf, NotHereError } from '../../lib/net/not-here.js'
import { ownProperty } from '../../lib/own-property.js'
import { discoverJwksUri, discoveryUrls } from './discovery.js'
import { parseKeySet } from './key-set.js'
import type { Span } from '../../lib/deadline.js'
import type { FetchJsonOptions, JsonAnswer } from '../../lib/net/fetch-json.js'
import type { KeySet } from './key-set.js'
import type { KeySourceOptions, LoadedKeys } from './key-source.js'

type Load = KeySourceOptions['load']

/** Options about how issuers are reached. */
export interface KeyHttp extends Omit<FetchJsonOptions, 'maxBytes'> {
  /** Allow plain http. */
  readonly insecure: boolean
  /** Whether a tenant may have chosen the issuer. */
  readonly ofTenant: boolean
}

const MAX_BYTES = 512 * 1024

export function givenKeys(set: KeySet): Load {
  return async () => ({ set, final: true })
}

/** Reads the file anew each time, so that a new one is found when the old set's age has passed. */
export function readKeyFile(path: string, span: Span): Load {
  const tooLate = (): Error => new AuthUnavailableError(`${path} cannot be read in time`)
  return async () => {
    // A network drive can hang.
    const text = await withinSpan(span, () => readFile(path), tooLate)
    return { set: await keySetOf(parsed(text, path), path) }
  }
}

export function fetchJwks(jwksUri: string, http: KeyHttp): Load {
  const place = placeOf(jwksUri)
  let etag: string | undefined // of the set that the key source holds: it gives that set back when it asks
  return async ({ held, failures }) => {
    const answer = await read(jwksUri, { ...http, retry: failures === 0 }, held !== undefined && etag !== undefined ? { 'If-None-Match': etag } : {})
    if (answer.kind === 'unchanged' && held !== undefined) return { set: held, ...agesIn(answer.headers) }
    if (answer.kind === 'absent') throw new AuthUnavailableError(`${place} answered ${answer.status}: ${meaningOf(answer.status)}`)
    const set = await keySetOf(answer.json, place)
    etag = answer.headers.get('etag') ?? undefined
    return { set, ...agesIn(answer.headers) }
  }
}

/** Seconds of failures before an outage counts as long. */
const BRIEF = 60

/**
 * Asks discovery each time: an issuer that moves its keys is followed. In the first minute of an outage only where it got
 * stuck, and there one place, or that minute would cost four times as many requests. (D34)
 */
export function discoverJwks(issuer: string, http: KeyHttp): Load {
  let places = discoveryUrls(issuer)
  let known: { readonly uri: string; readonly load: Load } | undefined
  let gotStuckAtKeys = false
  return async (request): Promise<LoadedKeys> => {
    const isBrief = request.failures > 0 && (request.failingFor ?? 0) < BRIEF
    if (known === undefined || !(isBrief && gotStuckAtKeys)) {
      const reader = async (url: string): Promise<JsonAnswer> => {
        try {
          return await read(url, { ...http, retry: request.failures === 0 }, {})
        } catch (error) {
          // Where it got stuck is asked first when it is asked again: the places before this one have no document.
          if (!(error instanceof NotHereError)) places = [url, ...places.filter((other) => other !== url)]
          throw error
        }
      }
      const { insecure, ofTenant } = http
      const { uri, place } = await discoverJwksUri(issuer, { places: isBrief ? places.slice(0, 1) : places, insecure, ofTenant, read: reader })
      places = [place, ...places.filter((other) => other !== place)]
      if (known?.uri !== uri) known = { uri, load: fetchJwks(uri, ownOrigin(uri, issuer, http)) }
    }
    gotStuckAtKeys = true
    const loaded = await known.load(request)
    gotStuckAtKeys = false
    return loaded
  }
}

// Headers may hold credentials, and those are for the issuer alone, wherever it says that its keys are.
function ownOrigin(uri: string, issuer: string, http: KeyHttp): KeyHttp {
  return new URL(uri).origin === new URL(issuer).origin ? http : { ...http, headers: undefined }
}

function read(url: string, http: KeyHttp, headers: Record<string, string>): Promise<JsonAnswer> {
  return fetchJson(url, { ...http, maxBytes: MAX_BYTES, headers: { ...http.headers, ...headers } })
}

async function keySetOf(document: unknown, place: string): Promise<KeySet> {
  if (typeof ownProperty(document, 'jwks_uri') === 'string') {
    throw new AuthUnavailableError(`there is a discovery document at ${place} and no JWK Set; set "jwksUri" to what its "jwks_uri" says, or leave it out`)
  }
  const set = parseKeySet(document)
  if (set === null || !(await set.isUsable())) throw new AuthUnavailableError(`there is no JWK Set with keys for signatures at ${place}`)
  return set
}

/** In seconds: what is left of `max-age` (RFC 9111 section 5.2.2.1), and how long a cache on the way kept it (section 5.1). */
function agesIn(headers: JsonAnswer['headers']): Pick<LoadedKeys, 'maxAge' | 'cachedFor'> {
  const found = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,;])/.exec(headers.get('cache-control') ?? '')?.[1]
  const cachedFor = Number(/^\d{1,9}$/.exec(headers.get('age') ?? '')?.[0] ?? 0)
  return { cachedFor, maxAge: found === undefined ? undefined : Math.max(0, Number(found) - cachedFor) }
}

async function readFile(path: string): Promise<string> {
  const fs = await import('node:fs/promises') // only where a file was named
  const cannotRead = (cause: unknown): never => {
    throw new AuthUnavailableError(`cannot read the keys in ${path}`, { cause })
  }
  // A pipe would be waited for, by a thread that nobody else could use.
  const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants
  const file = await fs.open(path, O_RDONLY | O_NONBLOCK).catch(cannotRead)
  try {
    const stat = await file.stat().catch(cannotRead)
    if (!stat.isFile()) throw new AuthUnavailableError(`${path} is not a file`)
    if (stat.size > MAX_BYTES) throw new AuthUnavailableError(`${path} is larger than ${MAX_BYTES} bytes`)
    return new TextDecoder().decode(await file.readFile().catch(cannotRead))
  } finally {
    await file.close()
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AuthUnavailableError(`${path} is not JSON`) // half written, perhaps: the keys of before serve on
  }
}
