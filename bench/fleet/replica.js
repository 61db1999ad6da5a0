/** One real replica, in a process of its own: the built library under its part of the requests. Sends what became of them. */
import { sign } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createClient } from 'redis'
import { answer } from '../lib/part.js'
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
 * @property {number} start milliseconds since the epoch
 * @property {string} url of the identity provider
 * @property {readonly { kid: string, pem: string }[]} signingKeys of the identity provider: clients make their tokens here
 * @property {number} [redisPort] of the second level
 * @property {string} library
 */

answer(async (/** @type {ReplicaOrder} */ order) => {
  const { world, seed, replica, replicas, start } = order
  const store = order.redisPort === undefined ? undefined : await connected(order)
  const requests = requestsOf(world, seed)
  const tally = new Tally(world.bucket)
  const jwtOf = clientOf(order)
  let providers = await providersOf(order, store)
  await new Promise((resolve) => globalThis.setTimeout(resolve, start - Date.now()))
  let deployed = false
  let latest = 0
  const open = []
  for (let index = 0; index < requests.length; index += 1) {
    if (replicaOf(requests, index, replicas) !== replica) continue
    const due = requests.at[index] ?? 0
    while ((Date.now() - start) / 1000 < due) await setTimeout(Math.max(1, due * 1000 - (Date.now() - start)))
    const time = (Date.now() - start) / 1000
    latest = Math.max(latest, time - due)
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
})

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

/** @param {ReplicaOrder} order */
async function connected({ redisPort, library }) {
  const { redisStore } = await import(new URL('src/redis/index.js', library).href)
  const client = createClient({ socket: { host: '127.0.0.1', port: Number(redisPort) }, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  return redisStore(client)
}

/** Makes JWTs, each different, so that none is remembered and each needs a key. @param {ReplicaOrder} order */
function clientOf({ signingKeys, start, replica }) {
  const [before, after] = signingKeys
  const [iat, exp] = [Math.floor(start / 1000) - 60, Math.floor(start / 1000) + 3600]
  return (/** @type {number} */ number, /** @type {boolean} */ isNew) => {
    const key = isNew ? after : before
    const parts = [{ alg: 'EdDSA', typ: 'at+jwt', kid: key?.kid }, { iss: ISSUER, aud: AUDIENCE, sub: 'ada', jti: `${replica}-${number}`, iat, exp }]
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${signed}.${sign(null, Buffer.from(signed), key?.pem ?? '').toString('base64url')}`
  }
}
