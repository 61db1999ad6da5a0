/** Has the tokens of a proof: good ones, and for each check those with the one fault that it is about. */
import { createTestIssuer } from '../issuer/test-issuer.js'
import { byPublicKey, jwsOf, tampered, twins, unsigned, withOwnKey } from './forgeries.js'
import { Presenter } from './presenter.js'
import type { JWK } from 'jose'
import type { MintJwtOptions } from '../issuer/token-claims.js'
import type { Case, Jws } from './forgeries.js'
import type { ProveOptions, ProveTokens } from './prove-options.js'

/** The checks that are about the token alone. */
export type TokenCheck =
  | 'signature' | 'alg-none' | 'public-key-as-secret' | 'embedded-key' | 'twins' | 'expired' | 'not-yet-valid' | 'no-expiry'
  | 'other-audience' | 'other-issuer' | 'other-type' | 'other-tenant' | 'critical-header' | 'bound-token' | 'missing-scope'

/** What a check would have to be told. */
export interface NotTried {
  readonly wants: string
}

export interface TokenSet {
  readonly good: string
  /** A good one of somebody else. */
  readonly another: (() => Promise<string>) | undefined
  /** Good, but for these; undefined where the tokens were handed over. */
  readonly mint: ((changes: MintJwtOptions) => Promise<string>) | undefined
  readonly presenter: Presenter
  readonly cases: (check: TokenCheck) => Promise<readonly Case[] | NotTried>
}

type Made = (jws: Jws) => Promise<readonly Case[] | NotTried>

const NO_JWT: NotTried = { wants: 'a good token that is a JWT' }

export async function tokenSet(options: ProveOptions): Promise<TokenSet> {
  return options.issuer === undefined ? handedOver(options.tokens) : minted(options)
}

function handedOver(tokens: ProveTokens): TokenSet {
  const { good, another, publicKey } = tokens
  const given = (name: keyof ProveTokens): (() => Promise<readonly Case[] | NotTried>) => async () => {
    const token = tokens[name]
    return typeof token === 'string' ? [{ label: name, token }] : { wants: `tokens.${name}` }
  }
  const of: Partial<Record<TokenCheck, () => Promise<readonly Case[] | NotTried>>> = {
    expired: given('expired'),
    'not-yet-valid': given('notYetValid'),
    'no-expiry': given('noExpiry'),
    'other-audience': given('otherAudience'),
    'other-issuer': given('otherIssuer'),
    'other-type': given('otherType'),
    'other-tenant': given('otherTenant'),
    'missing-scope': given('missingScope'),
    'bound-token': given('bound'),
  }
  const forged = forgeriesBy(async () => publicKey)
  return {
    good,
    another: another === undefined ? undefined : async () => another,
    mint: undefined,
    presenter: new Presenter(),
    async cases(check) {
      const jws = jwsOf(good)
      return of[check]?.() ?? (jws === undefined ? NO_JWT : (forged[check]?.(jws) ?? { wants: 'issuer: a test issuer that the server trusts' }))
    },
  }
}

async function minted(options: Extract<ProveOptions, { readonly issuer: object }>): Promise<TokenSet> {
  const { issuer, token: base = {}, requiredScopes, otherTenant, dpop = false } = options
  const scopes = requiredScopes === undefined ? base.scopes : [...new Set([...requiredScopes, ...(base.scopes ?? [])])]
  const wanted: MintJwtOptions = { ...base, ...(scopes !== undefined && { scopes }) }
  const holder = await issuer.holder(wanted)
  const usual = dpop ? { ...wanted, claims: { cnf: { jkt: holder.jkt }, ...wanted.claims } } : wanted
  const mint = (changes: MintJwtOptions): Promise<string> => issuer.mint({ ...usual, ...changes, claims: { ...usual.claims, ...changes.claims } })
  const good = await mint({})
  const one = (label: string, changes: MintJwtOptions): Promise<Case> => mint(changes).then((token) => ({ label, token }))
  const all = (...cases: readonly (readonly [label: string, changes: MintJwtOptions])[]): Promise<readonly Case[]> =>
    Promise.all(cases.map(([label, changes]) => one(label, changes)))
  const { iat = 0 } = (jwsOf(good)?.claims ?? {}) as { iat?: number } // the issuer's own
  const { issuer: iss, audience } = issuer
  const forged = forgeriesBy((jws) => publicKeyOf(options.issuer, jws))
  const of: Partial<Record<TokenCheck, () => Promise<readonly Case[] | NotTried>>> = {
    expired: () => all(['expired an hour ago', { expiresIn: -3600 }]),
    'not-yet-valid': () => all(['nbf in an hour', { claims: { nbf: iat + 3600 } }]),
    'no-expiry': () => all(['no exp', { expiresIn: null }], ['exp as text', { claims: { exp: '9999999999' } }], ['exp null', { claims: { exp: null } }]),
    'other-audience': () =>
      all(
        ['for somebody else', { audience: 'https://somebody-else.test' }],
        ['for nobody', { audience: null }],
        ['for one whose name begins the same', { audience: `${audience}.somebody-else.test` }],
        ['for one whose name ends the same', { audience: `https://somebody-else.test/?${audience}` }],
        ['in a list within a list', { claims: { aud: [[audience]] } }],
      ),
    'other-issuer': async () => [
      { label: 'of another issuer, by its own key', token: await createTestIssuer({ issuer: 'https://somebody-else.test', audience: issuer.audience }).mint(usual) },
      ...(await all(
        ["another iss under the issuer's key", { claims: { iss: 'https://somebody-else.test' } }],
        ['an iss that begins the same', { claims: { iss: `${iss}.somebody-else.test` } }],
        ['iss in a list', { claims: { iss: [iss] } }],
        ['no iss', { claims: { iss: undefined } }],
      )),
    ],
    'other-type': () => all(...['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'token-introspection+jwt'].map((typ) => [`typ ${typ}`, { typ }] as const)),
    'other-tenant': async () => (otherTenant === undefined ? { wants: 'otherTenant' } : all(['of another tenant', { claims: otherTenant }])),
    'critical-header': () => all(['crit with an extension that nobody knows', { header: { crit: ['x-unknown'], 'x-unknown': true } }]),
    'missing-scope': async () => {
      const [scope] = requiredScopes ?? []
      if (scope === undefined) return { wants: 'requiredScopes' }
      return all(
        ['no scopes', { scopes: [] }],
        ['a longer scope', { scopes: [`${scope}x`] }],
        ['the scope behind a tab', { scopes: [`other\t${scope}`] }],
        ['the scope behind a comma', { scopes: [`other,${scope}`] }],
      )
    },
  }
  return {
    good,
    another: () => mint({ sub: 'somebody-else' }),
    mint,
    presenter: new Presenter({ holder, origin: originOf(issuer), always: dpop }),
    async cases(check) {
      const jws = jwsOf(good)
      return of[check]?.() ?? (jws === undefined ? NO_JWT : (forged[check]?.(jws) ?? NO_JWT))
    },
  }
}

function forgeriesBy(publicKey: (jws: Jws) => Promise<JWK | undefined>): Partial<Record<TokenCheck, Made>> {
  return {
    signature: tampered,
    'alg-none': async (jws) => unsigned(jws),
    'embedded-key': async (jws) => [{ label: 'a key of its own in jwk', token: await withOwnKey(jws, (jwk) => ({ jwk })) }],
    twins: async (jws) => twins(jws),
    'public-key-as-secret': async (jws) => {
      const jwk = await publicKey(jws)
      return jwk === undefined ? { wants: 'tokens.publicKey' } : byPublicKey(jws, jwk)
    },
  }
}

/** As everybody gets it. */
async function publicKeyOf(issuer: Extract<ProveOptions, { readonly issuer: object }>['issuer'], { header }: Jws): Promise<JWK | undefined> {
  const published = await issuer.publicKeys()
  return published.find(({ kid }) => kid === header['kid'])
}

/** Of the URLs that proofs are for: the audience is the server's `resource`, where it is a URL. */
function originOf({ audience }: { readonly audience: string }): string {
  return URL.canParse(audience) && audience.startsWith('http') ? new URL(audience).origin : 'http://localhost'
}
