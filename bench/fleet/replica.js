/** One real replica, in a process of its own: the built library under its part of the requests. Sends what became of them. */
import { createPrivateKey, sign } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createClient } from 'redis'
import { AUDIENCE, ISSUER } from './identity-provider.js'
import { hasNewKey, replicaOf, requestsOf } from './requests.js'
import { Tally } from './tally.js'
/** @import { World } from './assumptions.js' */

/**
 * @typedef {object} ReplicaOrder
 * @property {World} world
 * @property {number} seed
 * @property {number} replica which of them it is
 * @property {number} replicas
 * @property {string} url of the authorization server
 * @property {readonly { kid: string, pem: string }[]} signingKeys of the authorization server: clients make their tokens here
 * @property {number} [redisPort] of the second level
 * @property {string} library
 */

/** @typedef {{ latest: number, unanswered: { introspection: number, keys: number } }} ReplicaReport `latest`: seconds by which the worst request began too late */

process.once('disconnect', () => process.exit()) // it does not outlive the benchmark
const [order] = /** @type {[ReplicaOrder]} */ (await once(process, 'message'))
process.send?.(await report(order), () => process.exit())

/** @param {ReplicaOrder} order @returns {Promise<ReplicaReport>} */
async function report(order) {
  const { world, seed, replica, replicas } = order
  const store = order.redisPort === undefined ? undefined : await connected(order)
  const requests = requestsOf(world, seed)
  const tally = new Tally(world.bucket)
  const jwtOf = clientOf(order)
  await warmUp(await providersOf(order, undefined), jwtOf)
  let providers = await providersOf(order, store)
  process.send?.('ready')
  const [start] = /** @type {[number]} */ (await once(process, 'message')) // milliseconds since the epoch
  let deployed = false
  let latest = 0
  const open = []
  for (let index = 0; index < requests.length; index += 1) {
    if (replicaOf(requests, index, replicas) !== replica) continue
    const due = requests.at[index] ?? 0
    const wait = start + due * 1000 - Date.now()
    // Whoever is late must not keep the answers from coming in.
    await (wait > 0 ? setTimeout(wait) : setImmediate())
    latest = Math.max(latest, (Date.now() - start) / 1000 - due)
    if (!deployed && due >= world.timeline.deployment) {
      providers = await providersOf(order, store) // as new: nothing is remembered
      deployed = true
    }
    const token = requests.token[index] ?? 0
    open.push(counted('introspection', providers.introspection.verifyToken(`opaque-${token}`)))
    open.push(counted('keys', providers.jwks.verifyToken(jwtOf(index, hasNewKey(token, due, world)))))
  }
  await Promise.all(open)
  const { end } = world.timeline
  return { latest, unanswered: { introspection: tally.between('introspection', 0, end), keys: tally.between('keys', 0, end) } }

  /** @param {string} kind @param {Promise<unknown>} verified */
  async function counted(kind, verified) {
    try {
      if ((await verified) !== null) return
    } catch {
      tally.count(kind, (Date.now() - start) / 1000) // nobody knew
      return
    }
    throw new Error('a good token was refused')
  }
}

/** @param {ReplicaOrder} order @param {object | undefined} store */
async function providersOf({ world, url, library }, store) {
  const { allowInsecureHttp, clientSecretBasic, IntrospectionProvider, JwksProvider, sharedKeys } = await import(new URL('src/index.js', library).href)
  const secret = 'what all replicas of this benchmark know'
  const shared = store && { store, secret }
  return {
    introspection: new IntrospectionProvider({
      endpoint: `${url}/introspect`,
      audience: AUDIENCE,
      clientAuth: clientSecretBasic('mcp', 'a secret'),
      cache: { ...world.cache, ...(shared && { shared }) },
      [allowInsecureHttp]: true,
    }),
    jwks: new JwksProvider({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUri: `${url}/keys`,
      keys: { ...world.keys, ...(shared && { store: sharedKeys(shared) }) },
      [allowInsecureHttp]: true,
    }),
  }
}

/**
 * Everything is loaded and compiled when the clock begins.
 * @param {Awaited<ReturnType<typeof providersOf>>} providers
 * @param {ReturnType<typeof clientOf>} jwtOf
 */
async function warmUp({ introspection, jwks }, jwtOf) {
  for (let number = -300; number < 0; number += 1) {
    await Promise.allSettled([introspection.verifyToken(`warm-${process.pid}-${number % 50}`), jwks.verifyToken(jwtOf(number, false))])
  }
}

/** @param {ReplicaOrder} order */
async function connected({ redisPort, library }) {
  const { redisStore } = await import(new URL('src/redis/index.js', library).href)
  const client = createClient({ socket: { host: '127.0.0.1', port: Number(redisPort) }, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  return redisStore(client)
}

/** Makes JWTs, each different, so that none is remembered and each needs a key. @param {ReplicaOrder} order */
function clientOf({ signingKeys, replica }) {
  const [before, after] = signingKeys.map(({ kid, pem }) => ({ kid, key: createPrivateKey(pem) }))
  const [iat, exp] = [Math.floor(Date.now() / 1000) - 60, Math.floor(Date.now() / 1000) + 3600]
  return (/** @type {number} */ number, /** @type {boolean} */ isNew) => {
    const signer = isNew ? after : before
    if (signer === undefined) throw new Error('the authorization server has two keys')
    const parts = [{ alg: 'EdDSA', typ: 'at+jwt', kid: signer.kid }, { iss: ISSUER, aud: AUDIENCE, sub: 'ada', jti: `${replica}-${number}`, iat, exp }]
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${signed}.${sign(null, Buffer.from(signed), signer.key).toString('base64url')}`
  }
}
