/** Tries tokens that are bound to a key: without their proof, and with proofs that have one fault each (RFC 9449). */
import { sha256 } from '../../lib/digest.js'
import { ProofKey } from '../dpop/proof-key.js'
import { isIn, judged, refused, send } from './ground.js'
import { byDpop } from './presenter.js'
import type { DpopProofOptions } from '../dpop/proof-key.js'
import type { TokenHolder } from '../dpop/token-holder.js'
import type { CheckName } from './check-names.js'
import type { Changes, Check, Ground, Route } from './ground.js'
import type { Trial } from './results.js'

const REFUSED = { due: [401], needsGood: true }
const NO_ISSUER = { wants: 'issuer: a test issuer that the server trusts' }

export const POSSESSION = {
  async 'bound-token'(ground) {
    const { holder } = ground.tokens.presenter
    if (holder === undefined) {
      const cases = await ground.tokens.cases('bound-token')
      return 'wants' in cases ? cases : refused(ground, cases.map(({ label, token }) => [label, { token }] as const), REFUSED)
    }
    return onEach(ground, async ({ method, path }) => {
      const { token } = holder
      const proof = await ground.tokens.presenter.proof(token, path, { method })
      const bearer = ['Authorization', `Bearer ${token}`] as const
      return [
        ['bound to a key, without a proof', { shown: token, headers: [bearer] }],
        ['bound to a key, as Bearer with a good proof', { shown: token, headers: [bearer, ['DPoP', proof]] }],
        ['bound to a key, by DPoP without a proof', { shown: token, headers: byDpop(token) }],
      ]
    })
  },

  async 'dpop-proof'(ground) {
    const { presenter } = ground.tokens
    const { holder } = presenter
    if (holder === undefined) return NO_ISSUER
    return onEach(ground, (route) => faultyProofs(ground, route, holder))
  },

  async 'dpop-replay'(ground) {
    const { presenter } = ground.tokens
    const { holder } = presenter
    if (holder === undefined) return NO_ISSUER
    const trials: Trial[] = []
    const { token } = holder
    for (const route of ground.routes) {
      const { method, path } = route
      const change = { shown: token, headers: byDpop(token, await presenter.proof(token, path, { method })) }
      const label = 'the same proof again'
      if (isIn(await send(ground, route, change, 'a good proof'), route.good)) trials.push(judged(route, label, await send(ground, route, change, label), REFUSED))
    }
    return trials.length > 0 ? trials : { wants: 'a server that takes bound tokens with their proof' }
  },
} as const satisfies Partial<Readonly<Record<CheckName, Check>>>

async function onEach(ground: Ground, changesOf: (route: Route) => Promise<Changes>): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  for (const route of ground.routes) trials.push(...(await refused(ground, await changesOf(route), { ...REFUSED, due: [400, 401] }, [route])))
  return trials
}

/** RFC 9449 section 4.3, and what a lenient reader overlooks. */
async function faultyProofs(ground: Ground, { method, path }: Route, holder: TokenHolder): Promise<Changes> {
  const { presenter } = ground.tokens
  const { token, publicJwk } = holder
  const stranger = await ProofKey.create()
  const url = presenter.urlOf(path)
  const { now } = ground.options.issuer?.options ?? { now: () => Date.now() / 1000 }
  const of = (options: DpopProofOptions): Promise<string> => presenter.proof(token, path, { method, ...options })
  const byStranger = (options: DpopProofOptions): Promise<string> => stranger.prove({ url, now: now(), token }, { method, ...options })
  const proofs: readonly (readonly [string, Promise<string>])[] = [
    ['by another key', byStranger({})],
    ['that shows the key of the holder, and is signed by another', byStranger({ header: { jwk: publicJwk } })],
    ['for another path', of({ claims: { htu: `${url}-of-somebody-else` } })],
    ['for another server', of({ claims: { htu: new URL(path, 'https://somebody-else.test').href } })],
    ['for another method', of({ method: method === 'POST' ? 'GET' : 'POST' })],
    ['an hour old', of({ claims: { iat: Math.floor(now()) - 3600 } })],
    ['from an hour ahead', of({ claims: { iat: Math.floor(now()) + 3600 } })],
    ['for another token', of({ claims: { ath: sha256('another-token') } })],
    ['that names no token', of({ claims: { ath: undefined } })],
    ['without jti', of({ claims: { jti: undefined } })],
    ['of another typ', of({ header: { typ: 'JWT' } })],
    ['under alg none', of({ header: { alg: 'none' } }).then((proof) => proof.replace(/\.[^.]*$/, '.'))],
    ['that is no JWT', Promise.resolve('proof')],
  ]
  const changes = proofs.map(async ([label, proof]) => [`a proof ${label}`, { shown: token, headers: byDpop(token, await proof) }] as const)
  return [...(await Promise.all(changes)), ['two good proofs', { shown: token, headers: byDpop(token, await of({}), await of({})) }]]
}
