/** Holds which options make a `JwksProvider`. */
import { allowInsecureHttp, anyAudience, fromClaim, issuerKeys, JwksProvider, reportOnly, standardScopes } from '../../src/index.js'
import { audience, clientAuth, issuer, jwks } from './given.js'

new JwksProvider({ issuer, audience })
new JwksProvider({ issuer, audience: anyAudience })
new JwksProvider({ issuer, audience: [audience, 'another'] })
new JwksProvider({ issuer, audience: [audience] as const })
new JwksProvider({ issuer, audience, algorithms: ['RS256', 'EdDSA'] })
new JwksProvider({ issuer, audience, jwksUri: 'https://id.example.com/keys' })
new JwksProvider({ issuer, audience, jwks })
new JwksProvider({ issuer, audience, fetch, timeout: 1, now: () => 0, observe: console.log, name: 'idp', cache: false, clockTolerance: 0 })
new JwksProvider({ issuer, audience, scopes: [standardScopes, fromClaim('realm_access.roles', { admin: ['notes:*'], viewer: 'notes:read' })] })
new JwksProvider({ issuer: 'http://id.internal', audience, [allowInsecureHttp]: true })
new JwksProvider({ issuer, audience, keys: issuerKeys({ issuer, maxAge: 300, fetch, observe: console.log }) })

// @ts-expect-error TS2741 keys of nobody's
issuerKeys({ jwksUri: 'https://id.example.com/keys' })
// @ts-expect-error TS2353 whom a token is for is each provider's own affair
issuerKeys({ issuer, audience })
// @ts-expect-error TS2345 without an audience, every token of the issuer would open this server
new JwksProvider({ issuer })
// @ts-expect-error TS2322 null is no audience; anyAudience is the only way out
new JwksProvider({ issuer, audience: null })
// @ts-expect-error TS2322 undefined is no audience
new JwksProvider({ issuer, audience: undefined })
// @ts-expect-error TS2322 a variable that may be missing must not switch the check off
new JwksProvider({ issuer, audience: process.env.AUDIENCE })
// @ts-expect-error TS2322 no audience out of none
new JwksProvider({ issuer, audience: [] })
// @ts-expect-error TS2322 a list that may be empty
new JwksProvider({ issuer, audience: 'a b'.split(' ') })
// @ts-expect-error TS2322 any symbol of one's own is not the opt-out
new JwksProvider({ issuer, audience: Symbol('any') })
// @ts-expect-error TS2322 false is not the opt-out
new JwksProvider({ issuer, audience: false })
// @ts-expect-error TS2345 without an issuer, whose keys?
new JwksProvider({ audience })
// @ts-expect-error TS2322 a variable that may be missing is no issuer
new JwksProvider({ issuer: process.env.ISSUER, audience })
// @ts-expect-error TS2322 a list that may be empty
new JwksProvider({ issuer: 'a b'.split(' '), audience })
// @ts-expect-error TS2345 two places for the keys, and which one counts?
new JwksProvider({ issuer, audience, jwksUri: 'https://id.example.com/keys', jwks })
// @ts-expect-error TS2820 a shared secret: whoever verifies can sign
new JwksProvider({ issuer, audience, algorithms: ['HS256'] })
// @ts-expect-error TS2322 no algorithm at all
new JwksProvider({ issuer, audience, algorithms: ['none'] })
// @ts-expect-error TS2322 a list that takes nothing
new JwksProvider({ issuer, audience, algorithms: [] })
// @ts-expect-error TS2561 an option that does not exist: a slip of the pen must not go unseen
new JwksProvider({ issuer, audience, clockTolerence: 5 })
// @ts-expect-error TS2418 the opt-out is a decision, not a switch
new JwksProvider({ issuer, audience, [allowInsecureHttp]: false })
// @ts-expect-error TS2322 times are numbers of seconds
new JwksProvider({ issuer, audience, timeout: '2s' })
// @ts-expect-error TS2554 no options
new JwksProvider()

new JwksProvider({ issuer, audience, introspect: { clientAuth } })
new JwksProvider({ issuer, audience, introspect: { clientAuth, checkEvery: 60, endpoint: issuer, signed: {}, fetch } })
// @ts-expect-error TS2322 nobody says who asks
new JwksProvider({ issuer, audience, introspect: { checkEvery: 60 } })
// @ts-expect-error TS2353 the audience is looked at in the token, which is what was signed
new JwksProvider({ issuer, audience, introspect: { clientAuth, audience } })
// @ts-expect-error TS2322 a switch does not say who asks
new JwksProvider({ issuer, audience, introspect: true })

new JwksProvider({ issuer, audience, rules: [{ audience, [reportOnly]: true }, { claim: 'tenant', accepts: (value) => value === 'acme', [reportOnly]: true }] })
// @ts-expect-error TS2353 the issuer, like all that a provider stands on, cannot be reported only
new JwksProvider({ issuer, audience, [reportOnly]: true })
// @ts-expect-error TS2322 an audience that is demanded has a place of its own
new JwksProvider({ issuer, audience, rules: [{ audience }] })
