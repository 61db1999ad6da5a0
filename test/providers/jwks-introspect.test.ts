/** JWTs that are verified here on every request, and asked about at their issuer now and then. The endpoint is a real one. */
import { describe, expect, test } from 'vitest'
import { allowNoExpiry, clientSecretBasic, JwksProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { faultEndpoint, json } from '../introspection/fault-endpoint.js'
import { AUDIENCE, clock, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { JwksProviderOptions } from '../../src/index.js'

const ACTIVE = { active: true, exp: START + 3_600 }
const clientAuth = clientSecretBasic('mcp', 'a secret')

async function setUp(options: Partial<JwksProviderOptions> = {}) {
  const key = await signer()
  const idp = closing(await faultEndpoint())
  idp.answer(ACTIVE)
  const time = clock()
  const { events, observe } = recorder()
  const start = (): JwksProvider => {
    const provider = closing(new JwksProvider({
      ...{ issuer: idp.issuer, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, cache: false, now: time.now },
      ...{ observe, introspect: { clientAuth, checkEvery: 300 } },
      ...options,
    } as JwksProviderOptions))
    return provider
  }
  return { time, events, idp, provider: start(), start, sign: (claims = {}) => key.sign({ iss: idp.issuer, exp: START + 3_600, ...claims }) }
}

const arrived = async (idp: { readonly questions: readonly unknown[] }, count: number): Promise<void> => {
  while (idp.questions.length < count) await new Promise((done) => setImmediate(done))
}

describe('a JWT that is also introspected', () => {
  test('is verified on every request, and asked about once in so many seconds', async () => {
    const { time, idp, provider, sign } = await setUp()
    const token = await sign()
    for (let n = 0; n < 300; n += 1) {
      expect(await provider.verifyToken(token)).not.toBeNull()
      time.forward(1)
    }
    expect(idp.questions).toHaveLength(1)
    await provider.verifyToken(token)
    expect(idp.questions).toHaveLength(2)
    expect(idp.questions[0]?.body.get('token')).toBe(token)
  })

  test('is asked about once, however many requests bring it at once and whether or not verdicts are remembered', async () => {
    const { idp, provider, sign } = await setUp()
    const token = await sign()
    const answers = await Promise.all(Array.from({ length: 50 }, () => provider.verifyToken(token)))
    expect(answers.every((answer) => answer?.subject === 'ada')).toBe(true)
    expect(idp.questions).toHaveLength(1)
  })

  test('is refused once its issuer says that it is active no more', async () => {
    const { time, events, idp, provider, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    idp.answer({ active: false })
    time.forward(300)
    expect(await provider.verifyToken(token)).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected', reason: 'unknown_token' })
  })

  test('is refused within `every` and the time of the memory together', async () => {
    const { time, idp, provider, sign } = await setUp({ cache: { ttl: 30 } })
    const token = await sign()
    await provider.verifyToken(token)
    idp.answer({ active: false })
    time.forward(299)
    expect(await provider.verifyToken(token)).not.toBeNull() // remembered until 329
    time.forward(29)
    expect(await provider.verifyToken(token)).not.toBeNull()
    expect(idp.questions).toHaveLength(1)
    time.forward(1)
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test('is never shown to the issuer when its signature or a rule refuses it', async () => {
    const { idp, provider, sign } = await setUp()
    const stranger = await signer()
    const refused = [await stranger.sign({ iss: idp.issuer }), await sign({ aud: 'https://other.example' }), await sign({ exp: START - 60 })]
    for (const token of refused) expect(await provider.verifyToken(token)).toBeNull()
    expect(idp.questions).toEqual([])
  })

  test('is neither taken nor refused while the issuer is away and must be asked', async () => {
    const { time, idp, provider, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    idp.answer(json({}, 503))
    time.forward(299)
    expect(await provider.verifyToken(token)).not.toBeNull()
    time.forward(1)
    await expect(provider.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    idp.answer(ACTIVE)
    time.forward(1)
    expect(await provider.verifyToken(token)).not.toBeNull()
  })

  test('goes on in an outage where it was asked about in time, though somebody wanted a younger answer and got none', async () => {
    const { time, idp, provider, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    idp.answer(json({}, 503))
    time.forward(100)
    await expect(provider.verifyToken(token, { maxAge: 5 })).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(await provider.verifyToken(token)).not.toBeNull()
  })

  test('that was refused is asked about again, and not taken for what was said of it before', async () => {
    const { time, idp, provider, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    time.forward(20)
    idp.answer({ active: false })
    expect(await provider.verifyToken(token, { maxAge: 10 })).toBeNull()
    expect(await provider.verifyToken(token)).toBeNull()
    idp.answer(json({}, 503))
    await expect(provider.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('is asked about anew for whoever wants a younger answer', async () => {
    const { time, idp, provider, sign } = await setUp({ cache: {} })
    const token = await sign()
    await provider.verifyToken(token)
    time.forward(20)
    idp.answer({ active: false })
    expect(await provider.verifyToken(token)).not.toBeNull()
    expect(await provider.verifyToken(token, { maxAge: 10 })).toBeNull()
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test('is asked about again after a restart', async () => {
    const { idp, provider, start, sign } = await setUp()
    const token = await sign()
    await provider.verifyToken(token)
    await provider.close()
    await expect(provider.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(await start().verifyToken(token)).not.toBeNull()
    expect(idp.questions).toHaveLength(2)
    idp.answer(json({}, 503))
    await expect(start().verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('a request that gives up leaves the others their answer', async () => {
    const { idp, provider, sign } = await setUp({ cache: {} })
    const token = await sign()
    const held: (() => void)[] = []
    idp.answer((response, question) => void held.push(() => json(ACTIVE)(response, question)))
    const caller = new AbortController()
    const impatient = provider.verifyToken(token, { signal: caller.signal }).catch((error: unknown) => error)
    const patient = provider.verifyToken(token)
    await arrived(idp, 1)
    caller.abort(new Error('gone'))
    expect(await impatient).toMatchObject({ message: 'gone' })
    held.forEach((answer) => answer())
    expect(await patient).not.toBeNull()
    expect(idp.questions).toHaveLength(1)
  })

  test('an issuer that does not deal in its own JWTs makes no good token bad', async () => {
    const { idp, events, provider, sign } = await setUp()
    idp.answer(json({ error: 'unsupported_token_type' }, 400))
    await expect(provider.verifyToken(await sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(events.at(-1)).toMatchObject({ type: 'unavailable', message: expect.stringMatching(/JWTs.*leave "introspect" out/) })
  })

  test('says so whatever words the issuer has for a refusal', async () => {
    const { idp, provider, sign } = await setUp({ introspect: { clientAuth, hints: { unknown_token: 'sign in again' } } })
    idp.answer(json({ error: 'unsupported_token_type' }, 400))
    await expect(provider.verifyToken(await sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('is refused where the answer is about somebody else', async () => {
    const { idp, provider, sign } = await setUp()
    idp.answer({ ...ACTIVE, sub: 'bob' })
    expect(await provider.verifyToken(await sign())).toBeNull()
  })

  test('an answer without an end is taken where that was said', async () => {
    const { idp, provider, sign } = await setUp({ introspect: { clientAuth, [allowNoExpiry]: true } })
    idp.answer({ active: true })
    expect(await provider.verifyToken(await sign())).not.toBeNull()
  })

  test('its answers may be signed', async () => {
    const { idp, provider, sign } = await setUp({ introspect: { clientAuth, signed: {} } })
    const token = await sign()
    await expect(provider.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(idp.questions[0]?.headers.accept).toBe('application/token-introspection+jwt')
  })

  test.each([
    ['several issuers: their answers would be one heap', { issuer: ['https://a.example', 'https://b.example'] }, /"introspect" takes one issuer/],
    ['null, which would switch it off unseen', { introspect: null }, /"introspect" must say who asks/],
    ['true', { introspect: true }, /"introspect" must say who asks/],
    ['an audience, which was looked at in the token', { introspect: { clientAuth, audience: 'x' } }, /"audience" is not an option of introspect/],
    ['rules, which are those of the provider', { introspect: { clientAuth, rules: [] } }, /"rules" is not an option of introspect/],
    ['milliseconds', { introspect: { clientAuth, checkEvery: 300_000 } }, /write 300/],
    ['nobody who asks', { introspect: {} }, /"clientAuth" must say how/],
  ])('%s is refused at construction', async (_, options, message) => {
    await expect(setUp(options as never)).rejects.toThrow(message)
  })
})
