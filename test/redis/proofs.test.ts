/** Two real processes with one real Redis: a proof that either has seen is refused by both, and a nonce of the one is good at the other. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished, describe, expect, test } from 'vitest'
import { athOf, holder } from '../gate/dpop/proof-kit.js'
import { until } from '../until.js'
import { redisIsThere, startRedis } from './redis-server.js'
import type { Holder } from '../gate/dpop/proof-kit.js'

interface Answer {
  readonly id: number
  readonly status: number
  readonly nonce?: string
}

interface Replica {
  ask(token: string, proof: string): Promise<Answer>
}

async function replica(redisPort: number, away: string): Promise<Replica> {
  const child = fork(fileURLToPath(new URL('proof-replica.mjs', import.meta.url)), [String(redisPort), away])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  let asked = 0
  return {
    ask: (token, proof) =>
      new Promise((resolve) => {
        const id = (asked += 1)
        const hear = (answer: Answer): void => {
          if (answer.id !== id) return
          child.off('message', hear)
          resolve(answer)
        }
        child.on('message', hear)
        child.send({ id, token, proof })
      }),
  }
}

function proofOf(ada: Holder, claims: object = {}): Promise<string> {
  return ada.prove({ jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000), ath: athOf(ada.jkt), ...claims })
}

describe.runIf(redisIsThere)('two replicas with one Redis', () => {
  test('refuse a proof that either has seen, and take each other\'s nonces', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.kill())
    const [one, other] = await Promise.all([replica(redis.port, 'unavailable'), replica(redis.port, 'unavailable')])
    const ada = await holder()
    const { status, nonce } = await one.ask(ada.jkt, await proofOf(ada))
    expect(status).toBe(401)
    const proof = await proofOf(ada, { nonce })
    expect((await other.ask(ada.jkt, proof)).status).toBe(200)
    expect([await one.ask(ada.jkt, proof), await other.ask(ada.jkt, proof)]).toMatchObject([{ status: 401 }, { status: 401 }])
    const race = await proofOf(ada, { nonce })
    const both = await Promise.all([one.ask(ada.jkt, race), other.ask(ada.jkt, race)])
    expect(both.map((answer) => answer.status).toSorted((left, right) => left - right)).toEqual([200, 401])
  })

  test.each([
    ['unavailable', 503],
    ['memory', 200],
  ])('without it are "%s", as they were told', async (away, first) => {
    const redis = await startRedis()
    onTestFinished(() => redis.kill())
    const one = await replica(redis.port, away)
    const ada = await holder()
    const { nonce } = await one.ask(ada.jkt, await proofOf(ada))
    await redis.kill()
    const proof = await proofOf(ada, { nonce })
    expect((await one.ask(ada.jkt, proof)).status).toBe(first)
    expect((await one.ask(ada.jkt, proof)).status, 'the second time, in any case').toBe(401)
    if (away === 'memory') return
    await redis.startAgain()
    await until(async () => (await one.ask(ada.jkt, await proofOf(ada, { nonce }))).status === 200)
  })
})
