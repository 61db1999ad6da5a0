/** Two real processes with one real Redis and one real authorization server: what one knows, the other knows. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../until.js'
import { redisIsThere, startRedis } from './redis-server.js'
import type { ChildProcess } from 'node:child_process'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProviderStats } from '../../src/index.js'
import type { RedisServer } from './redis-server.js'

describe.runIf(redisIsThere)('two replicas', () => {
  let redis: RedisServer
  let issuer: Issuer
  let replicas: Replica[]

  beforeEach(async () => {
    redis = await startRedis()
    issuer = await startIssuer()
    replicas = []
  })
  afterEach(async () => {
    replicas.forEach((replica) => replica.end())
    issuer.end()
    await redis.kill()
  })

  async function two(how?: Start): Promise<readonly [Replica, Replica]> {
    const both = await Promise.all([startReplica(redis.port, issuer.port, how), startReplica(redis.port, issuer.port, how)])
    replicas.push(...both)
    return [both[0], both[1]]
  }

  /** Verdicts are written after they were given. */
  const written = (verdicts: number): Promise<void> => until(async () => (await redis.calls('eval')) >= verdicts)

  test('a token that one asked about is answered by the other without a call', async () => {
    const [one, other] = await two({ patient: true })
    expect(await one.tell('verify', 'good-1')).toBe('ada')
    expect(await one.tell('verify', 'bad-1')).toBe('no')
    await written(2)
    expect([await other.tell('verify', 'good-1'), await other.tell('verify', 'bad-1')]).toEqual(['ada', 'no'])
    expect(issuer.asked).toEqual(['good-1', 'bad-1'])
    expect(((await other.tell('stats')) as ProviderStats).shared).toEqual({ hits: 2, misses: 0 })
  })

  test('a verdict of one tenant never passes for another\'s, and the question is shared', async () => {
    const startFor = (tenant: string): Promise<Replica> => startReplica(redis.port, issuer.port, { tenant, patient: true })
    const [acme, globex] = await Promise.all([startFor('acme'), startFor('globex')])
    replicas.push(acme, globex)
    issuer.says = (good) => ({ ...good, tenant: 'acme' })
    expect(await acme.tell('verify', 'good-1')).toBe('ada')
    await written(1)
    expect(await globex.tell('verify', 'good-1')).toBe('no')
    expect(issuer.asked).toEqual(['good-1'])
  })

  test('an answer that was asked for earlier and comes later does not replace a younger no', async () => {
    const [slow, fresh] = await two({ patient: true })
    const answer = issuer.hold()
    const earlier = slow.tell('verify', 'good-1')
    await until(async () => issuer.asked.length === 1)
    issuer.says = () => ({ active: false })
    issuer.hold()() // whoever asks from now on is answered
    expect(await fresh.tell('verifyAnew', 'good-1')).toBe('no')
    await until(async () => (await redis.calls('eval')) === 1)
    const late = await startReplica(redis.port, issuer.port, { patient: true })
    replicas.push(late)
    const looks = await redis.calls('getrange')
    answer()
    expect(await earlier).toBe('ada') // it was, when that was asked
    await until(async () => (await redis.calls('getrange')) > looks)
    expect(await late.tell('verify', 'good-1')).toBe('no')
    expect(issuer.asked).toHaveLength(2)
  })

  test('one asks for both when both are asked at once', async () => {
    const [one, other] = await two({ patient: true })
    const answer = issuer.hold()
    const both = Promise.all([one.tell('verify', 'good-1'), other.tell('verify', 'good-1')])
    await until(async () => (await redis.calls('getrange')) >= 3)
    answer()
    expect([await both, issuer.asked]).toEqual([['ada', 'ada'], ['good-1']])
  })

  test('what one revokes, the other refuses', async () => {
    const [one, other] = await two()
    for (const token of ['good-1', 'good-2', 'good-3', 'good-4', 'good-5']) {
      await other.tell('verify', token) // remembered
      await one.tell('revoke', { token })
      await until(async () => (await other.tell('verify', token)) === 'no')
    }
    await one.tell('revoke', { sub: 'ada' })
    await until(async () => (await other.tell('verify', 'good-6')) === 'no')
  })

  test('who starts later knows what was revoked before', async () => {
    const [one] = await two()
    await one.tell('revoke', { sub: 'ada' })
    const [late] = await two()
    expect(await late.tell('verify', 'good-1')).toBe('no')
  })

  test('a token that was revoked is refused by each of ten processes that wait for nothing when they start', async () => {
    const [one] = await two()
    await one.tell('revoke', { token: 'good-1' })
    const starting = Array.from({ length: 10 }, () => startReplica(redis.port, issuer.port, { start: 'at once' }))
    const answers = await Promise.all(starting.map(async (start) => {
      const replica = await start
      replicas.push(replica)
      return [await replica.tell('verify', 'good-1'), await replica.tell('verify', 'good-2')]
    }))
    expect(answers).toEqual(starting.map(() => ['no', 'ada']))
  })

  test('a Redis that comes back empty is written again by those who know, and a process that starts then has not caught up before', async () => {
    const [one, other] = await two()
    await one.tell('revoke', { token: 'good-1' })
    await one.tell('revoke', { sub: 'grace' })
    await until(async () => (await other.tell('verify', 'good-1')) === 'no')
    await redis.kill()
    await redis.startAgain()
    const late = await startReplica(redis.port, issuer.port)
    replicas.push(late)
    await until(async () => (await late.tell('caughtUp')) === true)
    expect(await late.tell('verify', 'good-1')).toBe('no')
    const told = await Promise.all([one, other].map(async (replica) => ((await replica.tell('events')) as string[]).includes('revocations_lost')))
    // Whoever looks first writes it back, and the other may find it all there.
    expect(told).toContain(true)
    await until(async () => (await one.tell('caughtUp')) === true && (await other.tell('caughtUp')) === true)
  })

  test('a process with another secret has not caught up, and says what it could not read', async () => {
    const [one] = await two()
    await one.tell('revoke', { token: 'good-1' })
    const stranger = await startReplica(redis.port, issuer.port, { secret: 'a-secret-that-no-other-replica-knows' })
    replicas.push(stranger)
    await until(async () => ((await stranger.tell('events')) as string[]).includes('revocations_unreadable'))
    expect(await stranger.tell('caughtUp')).toBe(false)
    expect(await one.tell('caughtUp')).toBe(true)
  })

  test('an entry with an id from the future hides nothing, and lets nothing be dropped', async () => {
    const [one, other] = await two()
    await one.tell('revoke', { token: 'good-1' })
    const anybody = new Redis({ port: redis.port })
    await anybody.xadd('bearer-auth-providers:revocations', '9999999999999-0', 'entry', 'by anybody', 'seconds', '1')
    for (let n = 2; n < 7; n += 1) await one.tell('revoke', { token: `good-${n}` }) // each sweeps
    anybody.disconnect()
    await until(async () => (await other.tell('verify', 'good-6')) === 'no')
    const late = await startReplica(redis.port, issuer.port)
    replicas.push(late)
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map((n) => late.tell('verify', `good-${n}`)))).toEqual(Array.from({ length: 6 }, () => 'no'))
  })

  test('a Redis that is full is read on, and shrinks as revocations expire', async () => {
    const [one] = await two()
    const soon = Math.floor(Date.now() / 1000) - 57 // each is held for a minute longer
    for (let n = 0; n < 90; n += 1) await one.tell('revoke', { token: `good-soon-${n}`, expiresAt: soon })
    await one.tell('revoke', { token: 'good-1' })
    const redisItself = new Redis({ port: redis.port })
    await redisItself.config('SET', 'maxmemory-policy', 'noeviction')
    await redisItself.config('SET', 'maxmemory', '1')
    await expect(one.tell('revoke', { token: 'good-2' })).rejects.toThrow('could not be written')
    const late = await startReplica(redis.port, issuer.port)
    replicas.push(late)
    expect(await late.tell('verify', 'good-1')).toBe('no')
    const length = (): Promise<number> => redisItself.xlen('bearer-auth-providers:revocations')
    // What is refused for want of room sweeps all the same, once the ninety have expired: some have, where this took long.
    await until(async () => (await one.tell('revoke', { token: 'good-3' }).catch(() => undefined), (await length()) <= 1))
    expect(await length()).toBe(1)
    redisItself.disconnect()
  })

  test('Redis killed in mid-load: no error, and no wait for it; back again: shared again without a restart', async () => {
    const [one, other] = await two()
    const loads = [one.tell('load', 'good-a'), other.tell('load', 'good-b')]
    const goesOn = async (): Promise<void> => {
      for (const replica of [one, other]) {
        const before = Number(await replica.tell('answered'))
        await until(async () => Number(await replica.tell('answered')) >= before + 20)
      }
    }
    await goesOn()
    await redis.kill()
    await goesOn()
    await redis.startAgain()
    await goesOn()
    await Promise.all([one.tell('stop'), other.tell('stop')])
    await Promise.all(loads) // none of them has thrown
    let next = 0
    await until(async () => {
      next += 1
      await one.tell('verify', `good-again-${next}`)
      const before = issuer.asked.length
      await other.tell('verify', `good-again-${next}`)
      return issuer.asked.length === before
    })
  })
})

interface Replica {
  tell(order: string, value?: unknown): Promise<unknown>
  end(): void
}

interface Start {
  /** Rules for this one only. */
  readonly tenant?: string
  readonly secret?: string
  /** `'at once'`: the client is not waited for. */
  readonly start?: 'connected' | 'at once'
  /** True where Redis must be heard, however long this machine takes: else a store that is slow is done without. */
  readonly patient?: boolean
}

async function startReplica(redisPort: number, issuerPort: number, { secret = 'what-all-replicas-of-these-tests-know', start = 'connected', tenant = '', patient = false }: Start = {}): Promise<Replica> {
  const words = [String(redisPort), String(issuerPort), tenant, secret, start, patient ? 'patiently' : '']
  const child: ChildProcess = fork(fileURLToPath(new URL('replica.mjs', import.meta.url)), words)
  await once(child, 'message')
  let last = 0
  return {
    tell(order, value) {
      last += 1
      const id = last
      return new Promise((resolve, reject) => {
        child.on('message', function answered(message: { id: number; answer?: unknown; error?: string }) {
          if (message.id !== id) return
          child.off('message', answered)
          if (message.error === undefined) resolve(message.answer)
          else reject(new Error(message.error))
        })
        child.send({ id, order, value })
      })
    },
    end: () => void child.kill('SIGKILL'),
  }
}

interface Issuer {
  readonly port: number
  /** Tokens that it was asked about, in order. */
  readonly asked: string[]
  /** Nobody is answered until the function is called that this gives. */
  hold(): () => void
  /** Makes its answer about a good token of what that usually is. */
  says: (good: object) => object
  end(): void
}

async function startIssuer(): Promise<Issuer> {
  let held: Promise<void> = Promise.resolve()
  const server: Server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    const token = new URLSearchParams(body).get('token') ?? ''
    issuer.asked.push(token)
    const now = Math.floor(Date.now() / 1000)
    const good = { active: true, sub: 'ada', aud: 'https://mcp.example.com/mcp', iat: now - 10, exp: now + 600 }
    const answer = token.startsWith('good') ? issuer.says(good) : { active: false } // as it is now, whenever it is sent
    await held
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listening on TCP
  const hold = (): (() => void) => {
    let release: () => void = () => undefined
    held = new Promise((resolve) => void (release = resolve))
    return release
  }
  const issuer: Issuer = { port, asked: [], hold, says: (good) => good, end: () => void (server.closeAllConnections(), server.close()) }
  return issuer
}
