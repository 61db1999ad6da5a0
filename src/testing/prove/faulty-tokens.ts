/** Tries tokens with one fault each, of the issuer that the server trusts and of others. */
import { isLoopback } from '../../lib/net/web-url.js'
import { createTestIssuer } from '../issuer/test-issuer.js'
import { jwsOf, withOwnKey } from './forgeries.js'
import { isIn, isTrusted, judged, refused, send } from './ground.js'
import type { CheckName } from './check-names.js'
import type { Check, Due } from './ground.js'
import type { TokenCheck } from './token-set.js'

const tokens =
  (check: TokenCheck, due: Due['due'] = [401]): Check =>
  async (ground) => {
    const cases = await ground.tokens.cases(check)
    if ('wants' in cases) return cases
    return refused(ground, cases.map(({ label, token }) => [label, { token }] as const), { due, needsGood: true })
  }

const EITHER = [400, 401]

export const FAULTY_TOKENS = {
  signature: tokens('signature'),
  'alg-none': tokens('alg-none', EITHER),
  'public-key-as-secret': tokens('public-key-as-secret'),
  'embedded-key': tokens('embedded-key'),
  'critical-header': tokens('critical-header'),
  twins: tokens('twins', EITHER),
  expired: tokens('expired'),
  'not-yet-valid': tokens('not-yet-valid'),
  'no-expiry': tokens('no-expiry'),
  'other-audience': tokens('other-audience'),
  'other-issuer': tokens('other-issuer'),
  'other-type': tokens('other-type'),
  'other-tenant': tokens('other-tenant', [401, 403]),
  'missing-scope': tokens('missing-scope', [403]),

  /** A server that could be reached from there is one on this machine. */
  async 'fetches-from-token'(ground) {
    const [route] = ground.routes
    const jws = jwsOf(ground.tokens.good)
    if (jws === undefined) return { wants: 'a good token that is a JWT' }
    if (route === undefined || !isLoopback(ground.target.origin.hostname)) return { wants: 'a server on this machine' }
    const stranger = await createTestIssuer().listen()
    try {
      const { url, issuer } = stranger
      const forged = [
        ['jku', await withOwnKey(jws, () => ({ jku: `${url}/jwks` }))],
        ['x5u', await withOwnKey(jws, () => ({ x5u: `${url}/jwks` }))],
        ['iss', await stranger.mint({ audience: [jws.claims['aud']].flat().map(String) })],
        ['kid', await withOwnKey(jws, () => ({ kid: `${issuer}/jwks` }))],
      ] as const
      const trials = []
      for (const [place, token] of forged) {
        const before = stranger.calls.length
        const label = `a URL of somebody else in ${place}`
        const trial = judged(route, label, await send(ground, route, { token }, label), { due: [401, 429], needsGood: true })
        trials.push(stranger.calls.length > before ? { ...trial, verdict: 'open' as const, why: 'the server fetched it' } : trial)
      }
      return trials
    } finally {
      await stranger.close()
    }
  },

  async 'past-expiry'(ground) {
    const { elapse } = ground.options
    const { mint } = ground.tokens
    const [route] = ground.routes
    if (elapse === undefined || mint === undefined) return { wants: 'elapse' }
    if (route === undefined || !isTrusted(route)) return { wants: 'a route that lets a good token in' }
    const token = await mint({ expiresIn: 60 })
    const before = await send(ground, route, { token }, 'a token of a minute')
    await elapse(AFTER)
    const came = await send(ground, route, { token }, 'the same, too late')
    const trial = judged(route, 'a token that was good before it expired', came, { due: [401], needsGood: true })
    return [isIn(before, route.good) ? trial : { ...trial, verdict: 'cannot tell', why: 'it was refused while it was good' }]
  },
} as const satisfies Partial<Readonly<Record<CheckName, Check>>>

/** Seconds: a minute, and what clocks are forgiven. */
const AFTER = 180
