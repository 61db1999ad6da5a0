/** JWTs that are verified here on every request, and asked about at their issuer now and then. */
import { describe, expect, test } from 'vitest'
import { allowNoExpiry, clientSecretBasic, JwksProvider } from '../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import type { AuthEvent, JwksProviderOptions } from '../../src/index.js'

const ENDPOINT = `${ISSUER}/introspect`

async function setUp(options: Partial<JwksProviderOptions> = {}) {
  const key = await signer()
  const time = clock()
  const events: AuthEvent[] = []
  const issuer = { answer: (): Response => Response.json({ active: true, exp: START + 3_600 }), asked: 0 }
  const fetch = async (): Promise<Response> => {
    issuer.asked += 1
    return issuer.answer()
  }
  const provider = new JwksProvider({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [key.publicJwk] },
    cache: false,
    now: time.now,
    observe: (event) => void events.push(event),
    introspect: { endpoint: ENDPOINT, clientAuth: clientSecretBasic('mcp', 'a secret'), every: 300, fetch },
    ...options,
  } as JwksProviderOptions)
  return { time, events, issuer, provider, sign: (claims = {}) => key.sign({ exp: START + 3_600, ...claims }) }
}

describe('a JWT that is also introspected', () => {
  test('is verified on every request, and asked about once in so many seconds', async () => {
    const { time, issuer, provider, sign } = await setUp()
    const token = await sign()
    for (let n = 0; n < 300; n += 1) {
      expect(await provider.verifyToken(token)).not.toBeNull()
      time.forward(1)
    }
    expect(issuer.asked).toBe(1)
    await provider.verifyToken(token)
    expect(issuer.asked).toBe(2)
  })

  test('is refused once its issuer says that it is active no more', async () => {
    const { time, events, issuer, provider, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    issuer.answer = () => Response.json({ active: false })
    time.forward(300)
    expect(await provider.verifyToken(token)).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected', reason: 'unknown_token' })
  })

  test('is never shown to the issuer when its signature or a rule refuses it', async () => {
    const { issuer, provider, sign } = await setUp()
    const stranger = await signer()
    expect([await provider.verifyToken(await stranger.sign()), await provider.verifyToken(await sign({ aud: 'https://other.example' }))]).toEqual([null, null])
    expect(issuer.asked).toBe(0)
  })

  test('is neither taken nor refused while the issuer is away and must be asked', async () => {
    const { time, issuer, provider, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    issuer.answer = () => new Response('', { status: 503 })
    time.forward(299)
    expect(await provider.verifyToken(token)).not.toBeNull()
    time.forward(1)
    await expect(provider.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('is asked about anew for whoever wants a younger answer', async () => {
    const { time, issuer, provider, sign } = await setUp({ cache: {} })
    const token = await sign()
    await provider.verifyToken(token)
    time.forward(20)
    issuer.answer = () => Response.json({ active: false })
    expect(await provider.verifyToken(token)).not.toBeNull()
    expect(await provider.verifyToken(token, { maxAge: 10 })).toBeNull()
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test('is refused where the answer is about somebody else', async () => {
    const { issuer, provider, sign } = await setUp()
    issuer.answer = () => Response.json({ active: true, exp: START + 3_600, sub: 'bob' })
    expect(await provider.verifyToken(await sign())).toBeNull()
  })

  test('an answer without an end is taken where that was said', async () => {
    const fetch = async (): Promise<Response> => Response.json({ active: true })
    const { provider, sign } = await setUp({
      introspect: { endpoint: ENDPOINT, clientAuth: clientSecretBasic('mcp', 'a secret'), fetch, [allowNoExpiry]: true },
    })
    expect(await provider.verifyToken(await sign())).not.toBeNull()
  })

  test('several issuers are refused at construction: their answers would be one heap', async () => {
    await expect(setUp({ issuer: [ISSUER, 'https://other.example'] })).rejects.toThrow(/"introspect" takes one issuer/)
  })
})
