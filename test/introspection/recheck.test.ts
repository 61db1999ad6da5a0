import { describe, expect, test } from 'vitest'
import { clientSecretBasic } from '../../src/index.js'
import { Recheck } from '../../src/introspection/recheck.js'
import { closing } from '../closing.js'
import { AUDIENCE, clock, signer, START } from '../oauth-kit.js'
import { faultEndpoint, json } from './fault-endpoint.js'

async function setUp(checkEvery?: number) {
  const idp = closing(await faultEndpoint())
  const time = clock()
  const context = { now: time.now, clockTolerance: 5, tell: () => undefined, provider: 'jwks', closed: new AbortController().signal }
  const recheck = closing(new Recheck({ clientAuth: clientSecretBasic('a', 'b'), checkEvery }, { issuer: idp.issuer, audience: AUDIENCE }, context))
  const claims = { iss: idp.issuer, sub: 'ada', jti: '1' }
  const answer = { active: true, ...claims, aud: AUDIENCE, exp: START + 9999 }
  idp.answer(answer)
  const token = await (await signer()).sign({ ...claims, exp: START + 9999 })
  return { idp, time, answer, refusal: async () => {
    const said = await recheck.verdictOn(token, claims, undefined)
    return 'since' in said ? undefined : said
  } }
}

describe('Recheck', () => {
  test('asks once in every so many seconds', async () => {
    const { idp, time, refusal } = await setUp(300)
    for (let n = 0; n < 5; n += 1) expect(await refusal()).toBeUndefined()
    expect(idp.questions).toHaveLength(1)
    time.forward(299)
    await refusal()
    expect(idp.questions).toHaveLength(1)
    time.forward(1)
    expect(await refusal()).toBeUndefined()
    expect(idp.questions).toHaveLength(2)
  })

  test('a revoked token is refused within that time, and an outage is no revocation', async () => {
    const { idp, time, refusal } = await setUp()
    expect(await refusal()).toBeUndefined()
    idp.answer({ active: false })
    expect(await refusal()).toBeUndefined()
    time.forward(300)
    expect(await refusal()).toMatchObject({ accepted: false, reason: 'unknown_token' })
    idp.answer(json({}, 500))
    await expect(refusal()).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('a clock that was set back makes no answer younger', async () => {
    const { idp, time, refusal } = await setUp(300)
    expect(await refusal()).toBeUndefined()
    idp.answer({ active: false })
    time.forward(-3600)
    expect(await refusal()).toMatchObject({ accepted: false, reason: 'unknown_token' })
  })

  test.each(['iss', 'sub', 'jti'])('an answer with another %s is about another token', async (claim) => {
    const { idp, answer, refusal } = await setUp()
    idp.answer({ ...answer, [claim]: 'other' })
    expect(await refusal()).toMatchObject({ accepted: false })
  })
})
