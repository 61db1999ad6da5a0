/** Our gate and `oauth4webapi.validateJwtAccessToken` about the same odd proofs. Where they differ, a table says why. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, test } from 'vitest'
import { gate, JwksProvider } from '../../../src/index.js'
import { AUDIENCE, ISSUER } from '../../oauth-kit.js'
import { athOf, holder } from './proof-kit.js'
import type { JWK } from 'jose'
import type { Gate } from '../../../src/index.js'
import type { Holder } from './proof-kit.js'

let ada: Holder
let mallory: Holder
let tokens: { readonly own: string; readonly other: string; readonly unbound: string }
let jwks: { readonly keys: JWK[] }
let own: Gate

beforeAll(async () => {
  ada = await holder()
  mallory = await holder()
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'idp', alg: 'ES256', use: 'sig' }] }
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', client_id: 'agent', jti: 'a-token', iat: now, exp: now + 600 }
  const minted = (claims: object) => new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'idp', typ: 'at+jwt' }).sign(privateKey)
  tokens = { own: await minted({ cnf: { jkt: ada.jkt } }), other: await minted({ cnf: { jkt: mallory.jkt } }), unbound: await minted({}) }
  own = gate(new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks }), { resource: AUDIENCE, proof: { dpop: 'required', replay: { perKey: 10_000 } } })
})

/** The server's own keys, without the network. */
const OPTIONS = { requireDPoP: true, [oauth.customFetch]: async () => Response.json(jwks), [oauth.allowInsecureRequests]: true }

interface Odd {
  readonly name: string
  readonly method?: string
  readonly url?: string
  readonly token?: 'own' | 'other' | 'unbound'
  readonly scheme?: string
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly by?: 'ada' | 'mallory'
  /** Makes something else of the finished proof. */
  readonly spoil?: (proof: string) => string
}

const METHODS = ['POST', 'GET', 'DELETE']
const URLS = ['/mcp', '/mcp/', '/mcp/messages', '/mcp?a=b', '/MCP', '/mcp/a%2Fb', '/mcp/%61', '/other', '/mcp//a', '/mcp/%7Ea'].map((path) => `https://mcp.example.com${path}`)
const HTUS = [...URLS, 'https://mcp.example.com:443/mcp', 'HTTPS://MCP.EXAMPLE.COM/mcp', 'https://mcp.example.com/mcp#a', 'https://mcp.example.com/x/../mcp', 'https://evil.example/mcp', 'http://mcp.example.com/mcp', 'mcp.example.com/mcp', '', 'https://', 'https://mcp.example.com:8443/mcp', 'https://mcp.example.com/mcp/a%2fb']
const TIMES: readonly unknown[] = [0, 1, -1, 100, -100, 290, -290, 310, -310, 3_600, -3_600, 'now', null, Number.NaN]

/** A few hundred: every URL against every `htu`, every method against every `htm`, and each other member in odd forms. */
function oddProofs(): readonly Odd[] {
  const now = Math.floor(Date.now() / 1000)
  return [
    ...URLS.flatMap((url) => HTUS.map((htu): Odd => ({ name: `${url} for ${htu}`, url, claims: { htu } }))),
    ...METHODS.flatMap((method) => [...METHODS, 'post', 'Post', ' POST', '', 1].map((htm): Odd => ({ name: `${method} for ${String(htm)}`, method, claims: { htm } }))),
    ...TIMES.map((shift): Odd => ({ name: `iat ${String(shift)}`, claims: { iat: typeof shift === 'number' ? now + shift : shift } })),
    ...[undefined, '', 'x', 1, null, ['a'], {}].flatMap((value) => ['jti', 'htm', 'htu', 'iat', 'ath'].map((claim): Odd => ({ name: `${claim} is ${JSON.stringify(value)}`, claims: { [claim]: value } }))),
    ...[undefined, 'JWT', 'at+jwt', 'dpop', 'dpop+jwt ', '', 1].map((typ): Odd => ({ name: `typ ${String(typ)}`, header: { typ } })),
    ...[undefined, null, {}, [], 'key', { kty: 'oct', k: 'AAAA' }, { kty: 'EC' }].map((jwk): Odd => ({ name: `jwk ${JSON.stringify(jwk)}`, header: { jwk } })),
    ...(['own', 'other', 'unbound'] as const).flatMap((token) => (['ada', 'mallory'] as const).map((by): Odd => ({ name: `${token} by ${by}`, token, by }))),
    ...['Bearer', 'bearer', 'dpop', 'DPOP', 'Basic'].map((scheme): Odd => ({ name: `scheme ${scheme}`, scheme })),
    ...[now - 1, now + 100, now - 400, 'later'].flatMap((value) => ['exp', 'nbf'].map((claim): Odd => ({ name: `${claim} ${String(value)}`, claims: { [claim]: value } }))),
    ...['', '.', 'a.b.c', 'a.b.c.d'].map((text): Odd => ({ name: `the text "${text}"`, spoil: () => text })),
    { name: 'two in one', spoil: (proof) => `${proof}, ${proof}` },
    { name: 'cut short', spoil: (proof) => proof.slice(0, -4) },
    { name: 'without a signature', spoil: (proof) => `${proof.split('.').slice(0, 2).join('.')}.` },
    { name: 'with padding', spoil: (proof) => `${proof}=` },
    { name: 'with another payload', spoil: (proof) => proof.replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ jti: 'x' })).toString('base64url')}.`) },
    { name: 'the algorithm none', spoil: (proof) => `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: ada.publicJwk })).toString('base64url')}.${proof.split('.')[1]}.` },
  ]
}

/** Both see the same request, whose proof differs by its `jti` alone where we would call it a replay. */
async function verdicts(odd: Odd): Promise<readonly [ours: boolean, theirs: boolean]> {
  const { method = 'POST', url = AUDIENCE, token = 'own', scheme = 'DPoP', claims = {}, header, by = 'ada', spoil = (proof: string) => proof } = odd
  const text = tokens[token]
  const prover = by === 'ada' ? ada : mallory
  const all = { iat: Math.floor(Date.now() / 1000), htm: method, htu: url, ath: athOf(text), ...claims }
  const proof = spoil(await prover.prove(all, header))
  const request = new Request(url, { method, headers: { Authorization: `${scheme} ${text}`, DPoP: proof } })
  const values = (name: string): readonly string[] => [request.headers.get(name) ?? []].flat()
  const { pass } = await own({ method, path: new URL(url).pathname, header: values })
  const as = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }
  const theirs = await oauth.validateJwtAccessToken(as, request, AUDIENCE, OPTIONS).then(() => true, () => false)
  return [pass, theirs]
}

/** Where we differ, each with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'https://mcp.example.com/mcp/a%2Fb for https://mcp.example.com/mcp/a%2fb: ours true, theirs false': 'RFC 3986 section 6.2.2.1: the case of an escape is none, and RFC 9449 section 4.3 asks for that',
  'jti is "": ours false, theirs true': 'an empty name is none: two proofs of one key would be one',
}

describe('the gate and oauth4webapi', () => {
  test('say the same of a few hundred odd proofs, but for what a table says', async () => {
    const odd = oddProofs()
    expect(odd.length).toBeGreaterThan(300)
    const differing: string[] = []
    let taken = 0
    for (const one of odd) {
      const [ours, theirs] = await verdicts(one)
      if (ours) taken += 1
      if (ours !== theirs) differing.push(`${one.name}: ours ${String(ours)}, theirs ${String(theirs)}`)
    }
    expect(differing).toEqual(Object.keys(DIFFERENT))
    expect(taken, 'the good ones are among them').toBeGreaterThan(20)
  })
})
