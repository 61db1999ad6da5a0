/** This file looks for the discovery documents of an issuer, in every form in which clients look for them. */
import { isUnavailable } from '../../errors.js'
import { discoveryUrls } from '../../jwt/keys/discovery.js'
import { nearMiss } from '../../jwt/rules/near-miss.js'
import { ownProperty } from '../../lib/own-property.js'
import { finding } from './finding.js'
import type { Vendor } from '../source/vendor.js'
import type { Ask, Asked } from './ask.js'
import type { Finding } from './finding.js'

export interface IssuerDocument {
  readonly findings: readonly Finding[]
  /** The first document that names this issuer, else the first that there is; undefined where there is none. */
  readonly metadata: object | undefined
  /** Of that document. */
  readonly asked: Asked | undefined
}

interface Place {
  readonly url: string
  readonly form: string
  readonly asked: Asked | undefined
  readonly found: string
}

const FORMS = ['OpenID Connect', 'RFC 8414', 'OpenID Connect, path behind']

export async function issuerDocument(issuer: string, ask: Ask, vendor: Vendor | undefined): Promise<IssuerDocument> {
  const places = await Promise.all(discoveryUrls(issuer).map((url, index) => placeOf(url, FORMS[index] ?? '', ask)))
  const there = places.filter(({ asked }) => documentIn(asked) !== undefined)
  const best = there.find(({ asked }) => ownProperty(asked?.json, 'issuer') === issuer) ?? there[0]
  const metadata = documentIn(best?.asked)
  const findings = [discoveryFinding(places, there), ...there.map((place) => equality(issuer, place, vendor)), ...agreement(there)]
  return { findings, metadata, asked: best?.asked }
}

async function placeOf(url: string, form: string, ask: Ask): Promise<Place> {
  try {
    const asked = await ask(url)
    const isRedirect = asked.status >= 300 && asked.status < 400
    const found = documentIn(asked) !== undefined ? 'there' : asked.status === 200 ? 'no JSON' : `${asked.status}${isRedirect ? ', a redirect, which is not followed' : ''}`
    return { url, form, asked, found }
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return { url, form, asked: undefined, found: error.message }
  }
}

function documentIn(asked: Asked | undefined): object | undefined {
  const json = asked?.status === 200 ? asked.json : undefined
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined
}

function discoveryFinding(places: readonly Place[], there: readonly Place[]): Finding {
  const found = places.map((place) => `${place.form}: ${place.found}`).join('; ')
  const clause = 'RFC 8414 section 3, OpenID Connect Discovery section 4'
  if (there.length > 0) return finding('ok', 'discovery', found, { clause })
  const isAway = places.every(({ asked }) => asked === undefined)
  return finding(isAway ? 'cannot tell' : 'wrong', 'discovery', found, {
    clause,
    advice: isAway ? 'is the host right, and can this machine reach it?' : 'compare the URL with "iss" of a token, to the letter; where there is no document, set "jwksUri"',
  })
}

function equality(issuer: string, { form, asked }: Place, vendor: Vendor | undefined): Finding {
  const stated = ownProperty(asked?.json, 'issuer')
  const clause = 'RFC 8414 section 3.3'
  if (stated === issuer) return finding('ok', `issuer (${form})`, issuer, { clause })
  const advice = nearMiss([issuer], stated) ?? vendor?.hints.wrong_issuer ?? 'write "issuer" exactly as the document and the tokens do'
  return finding('wrong', `issuer (${form})`, typeof stated === 'string' ? stated : 'the document names none', { clause, advice })
}

function agreement(there: readonly Place[]): readonly Finding[] {
  const differ = ['jwks_uri', 'introspection_endpoint', 'token_endpoint'].filter((name) => new Set(there.map(({ asked }) => ownProperty(asked?.json, name))).size > 1)
  if (there.length < 2) return []
  if (differ.length === 0) return [finding('ok', 'the documents agree', `${there.length} of them`)]
  return [finding('warning', 'the documents agree', `not in ${differ.join(', ')}`, { advice: 'clients look at one or the other, and find different servers' })]
}
