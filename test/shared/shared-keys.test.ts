import { describe, expect, test } from 'vitest'
import { Seal } from '../../src/shared/seal.js'
import { JwksProvider, sharedKeys } from '../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer } from '../oauth-kit.js'
import { memoryStore, OTHER_SECRET, SECRET, settled } from './shared-kit.js'
import type { MemoryStore } from './shared-kit.js'

const { publicJwk, sign } = await signer()
const mallory = await signer('ES256', 'key-1')
const time = clock()

/** A process that may be cut off from its issuer. */
function process(store: MemoryStore, { online = true, secret = SECRET } = {}) {
  const fetch = async (): Promise<Response> => {
    if (!online) throw new TypeError('offline')
    return Response.json({ keys: [publicJwk] })
  }
  const keys = { store: sharedKeys({ store, secret }) }
  return new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, now: time.now, fetch, keys })
}

async function filled(): Promise<MemoryStore> {
  const store = memoryStore(time.now)
  await process(store).verifyToken(await sign())
  await settled(() => store.entries.size === 1)
  return store
}

describe('sharedKeys', () => {
  test('a cold start without its issuer has the keys of another process', async () => {
    const store = await filled()
    expect(await process(store, { online: false }).verifyToken(await sign())).toMatchObject({ subject: 'ada' })
    expect(JSON.stringify([...store.entries])).not.toContain(publicJwk.x)
  })

  test('another secret finds nothing', async () => {
    const store = await filled()
    const stranger = process(store, { online: false, secret: OTHER_SECRET })
    await expect(stranger.verifyToken(await sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('who can write to the store cannot sign tokens', async () => {
    const store = await filled()
    const [name = ''] = [...store.entries.keys()]
    const keys = JSON.stringify({ keys: [mallory.publicJwk], fetchedAt: time.now(), maxAge: 600 })
    for (const text of [keys, await new Seal(OTHER_SECRET).close(name, keys), await new Seal(SECRET).close('another name', keys)]) {
      store.entries.set(name, { text, until: Number.POSITIVE_INFINITY })
      const asked = process(store)
      expect(await asked.verifyToken(await mallory.sign())).toBeNull()
      expect(await asked.verifyToken(await sign())).toMatchObject({ subject: 'ada' })
    }
  })

  test('a store that fails is no error', async () => {
    const store = memoryStore(time.now)
    store.fault = 'fails'
    expect(await process(store).verifyToken(await sign())).toMatchObject({ subject: 'ada' })
  })

  test('a store that is none, or a short secret, is refused at start', () => {
    expect(() => sharedKeys({ store: {} as never, secret: SECRET })).toThrow('"store" must have get and set')
    expect(() => sharedKeys({ store: memoryStore(time.now), secret: 'short' })).toThrow('openssl rand -base64 32')
  })
})
