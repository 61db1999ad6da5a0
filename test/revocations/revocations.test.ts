import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { marksOf } from '../../src/revocations/revocation-marks.js'
import { RevocationTable } from '../../src/revocations/revocation-table.js'
import { Revocations } from '../../src/revocations/revocations.js'
import { isUnavailable } from '../../src/errors.js'
import { StaticProvider } from '../../src/index.js'
import { bigEndian, bytesOf, CURVES, handSigner, verifier, withSignature } from '../jwt/token-kit.js'
import { clock, ISSUER, START } from '../oauth-kit.js'
import { quiet } from '../quiet.js'
import { recorder } from '../recorder.js'
import { MemoryLog, sealing, timers } from './revocation-kit.js'
import type { Claims } from '../../src/access-token.js'
import type { Revocation, RevocationEntry } from '../../src/revocations/revocation.js'
import type { RevocationsOptions } from '../../src/revocations/revocations.js'

const CLAIMS: Claims = { iss: ISSUER, sub: 'ada', sid: 's-1', jti: 'j-1', client_id: 'agent', iat: START - 10, exp: START + 300 }
const OPAQUE = 'opaque-token'

function alone(options: RevocationsOptions = {}) {
  const time = clock()
  const { events, observe } = recorder()
  const revocations = new Revocations({ now: time.now, observe, ...options })
  const revoked = (claims: Claims = CLAIMS, token = OPAQUE): boolean => revocations.covers(revocations.marksOf(token, claims))
  return { time, events, revocations, revoked }
}

/** One of several processes on a log. */
function sharing(log: MemoryLog, options: RevocationsOptions = {}, seal = sealing()) {
  const clockwork = timers()
  const time = clock()
  const { events, observe } = recorder()
  const revocations = new Revocations(
    { now: time.now, observe, log, ...options },
    { seal, after: clockwork.after },
  )
  const forward = async (seconds: number): Promise<void> => {
    time.forward(seconds)
    await clockwork.forward(seconds)
  }
  const revoked = (claims: Claims = CLAIMS): boolean => revocations.covers(revocations.marksOf(OPAQUE, claims))
  const types = (): string[] => events.map(({ type }) => type)
  return { revocations, events, types, time, forward, revoked, clockwork }
}

describe('what is revoked', () => {
  const table: readonly (readonly [string, Revocation, boolean])[] = [
    ['its jti', { jti: 'j-1' }, true],
    ['another jti', { jti: 'j-2' }, false],
    ['its subject', { sub: 'ada' }, true],
    ['another subject', { sub: 'Ada' }, false],
    ['its subject with its issuer', { sub: 'ada', issuer: ISSUER }, true],
    ['its subject with another issuer', { sub: 'ada', issuer: `${ISSUER}/` }, false],
    ['its session', { sid: 's-1' }, true],
    ['its session with another issuer', { sid: 's-1', issuer: 'https://evil.example' }, false],
    ['a session named like its subject', { sid: 'ada' }, false],
    ['its client', { clientId: 'agent' }, true],
    ['a client named like its subject', { clientId: 'ada' }, false],
    ['the token', { token: OPAQUE }, true],
    ['another token', { token: 'opaque-token-2' }, false],
    ['its subject before it was issued', { sub: 'ada', before: START - 10 }, false],
    ['its subject after it was issued', { sub: 'ada', before: START - 9 }, true],
    ['its client before it was issued', { clientId: 'agent', before: START - 10 }, false],
    ['a subject that is the name of a member of objects', { sub: '__proto__' }, false],
  ]
  test.each(table)('by %s', async (_, what, expected) => {
    const { revocations, revoked } = alone()
    await revocations.revoke(what)
    expect(revoked()).toBe(expected)
  })

  test('the client of a token is the one that AccessToken names', async () => {
    const { revocations, revoked } = alone()
    await revocations.revoke({ clientId: 'inspector' })
    expect(revoked({ azp: 'inspector' })).toBe(true)
    expect(revoked({ azp: 'inspector', client_id: 'agent' })).toBe(false)
  })

  test('odd claims are no marks, and long ones are short ones', async () => {
    const { revocations, revoked } = alone()
    const long = 'x'.repeat(30_000)
    await revocations.revoke({ sub: long })
    await revocations.revoke({ jti: `\0${long}` })
    expect(revoked({ sub: long })).toBe(true)
    expect(revoked({ sub: `${long}x` })).toBe(false)
    const marks = marksOf(OPAQUE, { iss: long, sub: long, jti: ['j'], sid: { s: 1 }, client_id: '', iat: '7' } as unknown as Claims)
    expect(JSON.stringify(marks).length).toBeLessThan(400)
    expect(marks).toMatchObject({ jti: undefined, sid: undefined, client_id: undefined, issuedAt: Number.NaN })
    // The digest of a long one, given as a short one, is not taken for it.
    expect(revoked({ sub: marks.sub ?? '' })).toBe(false)
  })

  test('a token that does not say when it was issued counts as old', async () => {
    const { revocations, revoked } = alone()
    await revocations.revoke({ sub: 'ada', before: START - 1_000_000 })
    expect(revoked({ sub: 'ada' })).toBe(true)
    expect(revoked({ sub: 'ada', iat: Number.NaN })).toBe(true)
    expect(revoked({ sub: 'ada', iat: 'now' } as unknown as Claims)).toBe(true)
    expect(revoked({ sub: 'ada', iat: START })).toBe(false)
  })

  test('what is issued in the second of the revocation is refused, what is issued in the next is not', async () => {
    for (const fraction of [0, 0.4, 0.999]) {
      const { revocations, revoked } = alone({ now: () => START + fraction })
      await revocations.revoke({ sub: 'ada' })
      expect(revoked({ sub: 'ada', iat: START })).toBe(true)
      expect(revoked({ sub: 'ada', iat: START + 0.9 })).toBe(true)
      expect(revoked({ sub: 'ada', iat: START + 1 })).toBe(false)
    }
  })

  test('an issuer that the claims do not name is the one that the provider knows', async () => {
    const { revocations } = alone()
    await revocations.revoke({ sub: 'ada', issuer: ISSUER })
    expect(revocations.covers(revocations.marksOf(OPAQUE, { sub: 'ada' }))).toBe(false)
    expect(revocations.covers(revocations.marksOf(OPAQUE, { sub: 'ada' }, ISSUER))).toBe(true)
    expect(revocations.covers(revocations.marksOf(OPAQUE, { sub: 'ada', iss: 'https://other.example' }, ISSUER))).toBe(false)
  })

  test('the version goes up when more is covered, and only then', async () => {
    const { revocations } = alone()
    expect(revocations.version).toBe(0)
    await revocations.revoke({ sub: 'ada', before: START })
    expect(revocations.version).toBe(1)
    await revocations.revoke({ sub: 'ada', before: START })
    await revocations.revoke({ sub: 'ada', before: START - 5 })
    expect(revocations.version).toBe(1)
    await revocations.revoke({ sub: 'ada', before: START + 5 })
    expect(revocations.version).toBe(2)
  })

  const mistakes: readonly (readonly [string, unknown, string])[] = [
    ['nothing', {}, 'exactly one of'],
    ['a subject that is not there', { sub: undefined }, 'exactly one of'],
    ['two things', { sub: 'ada', jti: 'j' }, 'exactly one of'],
    ['an empty subject', { sub: '' }, '"sub"'],
    ['a number', { sub: 7 }, '"sub"'],
    ['a session with a time', { sid: 's', before: START }, '"before" means nothing'],
    ['a token with an issuer', { token: 't', issuer: ISSUER }, '"issuer" means nothing'],
    ['a header', { token: 'Bearer secret-token' }, 'without "Bearer "'],
    ['milliseconds', { sub: 'ada', before: START * 1000 }, 'milliseconds'],
    ['an end in milliseconds', { sub: 'ada', expiresAt: START * 1000 }, 'milliseconds'],
    ['an empty issuer', { sub: 'ada', issuer: '' }, '"issuer"'],
    ['a misspelled member', { subject: 'ada' }, '"subject"'],
    ['text', 'ada', 'takes an object'],
  ]
  test.each(mistakes)('%s is a mistake', async (_, what, message) => {
    const { revocations } = alone()
    const error = await revocations.revoke(what as Revocation).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(message)
    expect(String(error)).not.toContain('secret-token')
    expect(revocations.size).toBe(0)
  })

  test('options that are wrong are found at construction', () => {
    const wrong = (options: unknown) => () => new Revocations(options as RevocationsOptions, { seal: sealing() })
    expect(wrong({ ttl: 3 })).toThrow('"ttl" is not an option')
    expect(wrong({ maxEntries: 0 })).toThrow('"maxEntries"')
    expect(wrong({ keepFor: 0 })).toThrow('"keepFor"')
    expect(wrong({ catchUpEvery: 5000 })).toThrow('milliseconds')
    expect(wrong({ log: {} })).toThrow('"log"')
    expect(() => new Revocations({ log: new MemoryLog() })).toThrow('"secret"')
    expect(wrong({ secret: 'x'.repeat(32), log: undefined })).toThrow('"secret" seals what stands in "log", which is missing')
  })
})

describe('a token is revoked by what was signed', () => {
  test('the valid twin of an ES256 signature is revoked with it', async () => {
    const signer = handSigner('ES256')
    const token = signer.token({ sid: 's-1' })
    const signature = bytesOf(token)
    const { order, size } = CURVES.ES256
    const s = BigInt(`0x${signature.subarray(size).toString('hex')}`)
    const twin = withSignature(token, Buffer.concat([signature.subarray(0, size), bigEndian(order - s, size)]))
    const { provider } = verifier([signer.publicJwk])
    const claims = (await provider.verifyToken(twin))?.claims
    expect(twin).not.toBe(token)
    expect(claims, 'the twin is valid').toBeDefined()

    const { revocations, revoked } = alone()
    await revocations.revoke({ token })
    expect(revoked(claims, twin)).toBe(true)
    expect(revoked(claims, signer.token({ sid: 's-2' }))).toBe(false)
  })

  test.each([
    ['an opaque token with dots', 'a.b.c', 'a.b.d'],
    ['one that looks like a header without an algorithm', `${b64({ typ: 'x' })}.b.c`, `${b64({ typ: 'x' })}.b.d`],
    ['an encrypted token', `${b64({ alg: 'dir', enc: 'A256GCM' })}..iv.text.tag`, `${b64({ alg: 'dir', enc: 'A256GCM' })}..iv.text.gat`],
    ['a header that is a list', `${b64(['alg'])}.b.c`, `${b64(['alg'])}.b.d`],
    ['no header at all', '.b.c', '.b.d'],
  ])('%s is revoked as a whole', async (_, token, other) => {
    const { revocations, revoked } = alone()
    await revocations.revoke({ token })
    expect(revoked({}, token)).toBe(true)
    expect(revoked({}, other)).toBe(false)
  })

  test('a JWT is held until its own end, anything else as long as it may live', async () => {
    const jwt = handSigner('ES256').token({ exp: START + 100_000 })
    const odd = (exp: unknown): string => `${b64({ alg: 'ES256' })}.${b64({ exp })}.c`
    const { time, revocations, revoked } = alone({ keepFor: 1000 })
    await revocations.revoke({ token: jwt })
    for (const exp of ['soon', null, START - 5, START * 1000, -1]) await revocations.revoke({ token: odd(exp) })
    await revocations.revoke({ token: OPAQUE })
    await revocations.revoke({ token: 'longer', expiresAt: START + 2000 })
    expect(revocations.size).toBe(8)
    time.forward(1200)
    await revocations.revoke({ jti: 'x' })
    expect(revocations.size).toBe(3)
    expect(revoked({}, 'longer')).toBe(true)
    time.forward(98_800)
    await revocations.revoke({ jti: 'x' })
    expect(revoked({}, jwt), 'until the clock tolerance is over').toBe(true)
    time.forward(120)
    await revocations.revoke({ jti: 'y' })
    expect(revoked({}, jwt)).toBe(false)
  })
})

describe('the memory', () => {
  test('refuses a new one when it is full, and says so; known ones still widen', async () => {
    const { revocations, events, revoked, time } = alone({ maxEntries: 2, keepFor: 100 })
    await revocations.revoke({ sub: 'ada', before: START - 100 })
    await revocations.revoke({ sub: 'bob' })
    const error = await revocations.revoke({ sub: 'eve' }).catch((thrown: unknown) => thrown)
    expect(isUnavailable(error)).toBe(true)
    expect(String(error)).toContain('maxEntries')
    expect(events.at(-1)).toEqual({ type: 'revocations_full', provider: 'revocations', from: 'here', held: 2 })
    expect(revoked({ sub: 'eve' })).toBe(false)
    expect(revoked()).toBe(false)
    await revocations.revoke({ sub: 'ada', before: START })
    expect(revoked()).toBe(true)
    expect(revoked({ sub: 'bob' })).toBe(true)
    time.forward(300)
    await revocations.revoke({ sub: 'eve' })
    expect(revoked({ sub: 'eve' })).toBe(true)
    expect(revocations.size).toBe(1)
  })

  test('what has ended already takes no room', async () => {
    const { revocations } = alone()
    await revocations.revoke({ sub: 'ada', expiresAt: START - 61 })
    expect(revocations.size).toBe(0)
    await revocations.revoke({ sub: 'ada', expiresAt: START - 5 }) // a provider may forgive so much
    expect(revocations.size).toBe(1)
  })

  test('a clock that is set back leaves nothing behind for ever', async () => {
    let time = START + 10_000
    const { revocations } = alone({ now: () => time, keepFor: 100 })
    await revocations.revoke({ sub: 'ada' })
    time = START
    await revocations.revoke({ sub: 'bob' })
    expect(revocations.size).toBe(2)
    time = START + 20_000
    await revocations.revoke({ sub: 'eve' })
    expect(revocations.size).toBe(1)
  })

  test('what ends in a minute that is swept already is let go of with the next', () => {
    const table = new RevocationTable(100, 6000)
    const entry = (value: string, until: number): RevocationEntry => ({ by: 'jti', issuer: undefined, value, before: 1, until })
    for (let minute = 101; minute < 110; minute += 1) table.add(entry(`${minute}`, minute * 60), 6000)
    table.add(entry('late', 60), 30) // by a clock that was set back
    table.sweep(6060)
    expect(table.size).toBe(9)
  })

  test('agrees with a list that is searched from end to end, whatever happens', () => {
    const entry = fc.record({
      by: fc.constantFrom('jti', 'sub', 'sid', 'client_id', 'token'),
      issuer: fc.constantFrom(undefined, 'a', 'b'),
      value: fc.constantFrom('x', 'y', 'z'),
      before: fc.integer({ min: 0, max: 500 }),
      life: fc.integer({ min: 1, max: 2000 }),
      wait: fc.constantFrom(0, 0, 1, 30, 61, 5000),
    })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (steps, maxEntries) => {
        let now = 1000
        const table = new RevocationTable(maxEntries, now)
        const model = new Map<string, RevocationEntry>()
        for (const { life, wait, ...step } of steps) {
          now += wait
          const minute = Math.floor(now / 60)
          for (const [key, held] of model) if (Math.floor(held.until / 60) < minute) model.delete(key)
          const added: RevocationEntry = { ...step, until: now + life }
          const key = JSON.stringify([added.by, added.issuer ?? null, added.value])
          const known = model.get(key)
          const before = table.version
          const outcome = table.add(added, now)
          if (known === undefined && model.size >= maxEntries) expect(outcome).toBe('full')
          else model.set(key, known ? { ...known, before: Math.max(known.before, added.before), until: Math.max(known.until, added.until) } : added)
          expect(table.size).toBe(model.size)
          expect(table.size).toBeLessThanOrEqual(maxEntries)
          expect(table.version > before).toBe(outcome !== 'full' && (known === undefined || added.before > known.before))
          for (const issuer of [undefined, 'a', 'b']) {
            for (const value of ['x', 'y', 'z']) {
              const marks = { ...NO_MARKS, [step.by]: value, issuer, issuedAt: 250 }
              const expected = [...model.values()].some(
                (held) => held.by === step.by && held.value === value && (held.issuer === undefined || held.issuer === issuer) && 250 < held.before,
              )
              expect(table.covers(marks)).toBe(expected)
            }
          }
        }
        now += 1_000_000
        table.sweep(now)
        expect(table.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test('a hundred thousand are held and let go of, none twice', async () => {
    const { revocations, time, revoked } = alone({ keepFor: 3600 })
    for (let n = 0; n < 100_000; n += 1) await revocations.revoke({ jti: `token-${n}`, issuer: ISSUER })
    expect(revocations.size).toBe(100_000)
    expect(revoked({ jti: 'token-99999', iss: ISSUER })).toBe(true)
    await expect(revocations.revoke({ jti: 'one more' })).rejects.toThrow('maxEntries')
    time.forward(3600 + 120)
    await revocations.revoke({ jti: 'one more' })
    expect(revocations.size).toBe(1)
  })
})

describe('several processes', () => {
  test('one revokes, all refuse', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    const there = sharing(log)
    await Promise.all([here.revocations.ready(), there.revocations.ready()])
    await quiet()
    const telling = here.revocations.revoke({ sub: 'ada' })
    expect(here.revoked(), 'at once').toBe(true)
    expect(there.revoked()).toBe(false)
    await telling
    await quiet()
    expect(there.revoked()).toBe(true)
    expect(there.revocations.version).toBe(1)
    expect(here.revocations.version, 'its own entry changes nothing when it comes back').toBe(1)
    expect(here.events).toEqual([{ type: 'revoked', provider: 'revocations', by: 'sub', from: 'here', count: 1 }])
    expect(there.events).toEqual([{ type: 'revoked', provider: 'revocations', by: 'sub', from: 'log', count: 1 }])
  })

  test('the log holds no longer than the revocation does', async () => {
    const log = new MemoryLog()
    const { revocations } = sharing(log, { keepFor: 1000 })
    await revocations.revoke({ sid: 's-1' })
    expect(log.entries[0]?.seconds).toBe(1060)
  })

  test('a process that starts later learns all of it, page by page', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    for (let n = 0; n < 10; n += 1) await here.revocations.revoke({ jti: `j-${n}` })
    const late = sharing(log)
    await late.revocations.ready()
    expect(late.revocations.size).toBe(10)
    expect(late.revocations.caughtUp).toBe(true)
    expect(late.revoked({ jti: 'j-9' })).toBe(true)
  })

  test('a message that is lost is not a revocation that is lost', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    const there = sharing(log)
    await quiet()
    log.faults.bellLost = true
    await here.revocations.revoke({ sub: 'ada' })
    await there.forward(4.9)
    expect(there.revoked()).toBe(false)
    await there.forward(0.1)
    expect(there.revoked()).toBe(true)
  })

  test('a bell that cannot be heard at first is heard later', async () => {
    const log = new MemoryLog()
    log.faults.listen = 'fails'
    const there = sharing(log)
    await there.revocations.ready()
    log.faults.listen = 'works'
    await there.forward(5)
    expect(log.bells.size).toBe(1)
    await there.forward(50)
    expect(log.bells.size).toBe(1)
  })

  test('what was added after the first look and before the bell was there is found when it is', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    await quiet()
    let answer = (): void => undefined
    const slow = Object.assign(Object.create(log) as MemoryLog, {
      listen: (rung: () => void) => new Promise((resolve) => (answer = () => resolve(log.listen(rung)))),
      read: (after: string | undefined) => log.read(after),
    })
    const there = sharing(slow)
    await there.revocations.ready()
    await here.revocations.revoke({ sub: 'ada' })
    await quiet()
    expect(there.revoked()).toBe(false)
    answer()
    await quiet()
    expect(there.revoked()).toBe(true)
  })

  test('a bell that hangs holds up nothing', async () => {
    const log = new MemoryLog()
    log.faults.listen = 'hangs'
    const here = sharing(log)
    const there = sharing(log)
    await there.revocations.ready()
    await here.revocations.revoke({ sub: 'ada' })
    await there.forward(5)
    expect(there.revoked()).toBe(true)
  })

  test('a log that cannot be written is told to the caller, and this process refuses all the same', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    const there = sharing(log)
    await quiet()
    log.faults.append = 'fails'
    const error = await here.revocations.revoke({ sub: 'ada' }).catch((thrown: unknown) => thrown)
    expect(isUnavailable(error)).toBe(true)
    expect(here.revoked()).toBe(true)
    log.faults.append = 'works'
    await here.revocations.revoke({ sub: 'ada' }) // known here, and yet told
    await quiet()
    expect(there.revoked()).toBe(true)
  })

  test('a log that hangs is a log that cannot be written', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    await quiet()
    log.faults.append = 'hangs'
    const outcome = here.revocations.revoke({ sub: 'ada' }).catch((thrown: unknown) => thrown)
    await quiet()
    await here.forward(2)
    expect(isUnavailable(await outcome)).toBe(true)
  })

  for (const fault of ['fails', 'hangs'] as const) {
    test(`a log that ${fault} when read: it goes on with what it knows, says so, and catches up`, async () => {
      const log = new MemoryLog()
      const here = sharing(log)
      const there = sharing(log)
      await here.revocations.revoke({ sub: 'ada' })
      await quiet()
      log.faults.read = fault
      await here.revocations.revoke({ sub: 'bob' })
      await there.forward(30)
      expect(there.revoked()).toBe(true)
      expect(there.revoked({ sub: 'bob' })).toBe(false)
      expect(there.types().filter((type) => type === 'revocations_unavailable').length).toBeGreaterThan(1)
      expect(JSON.stringify(there.events)).not.toContain('secret-host')
      log.faults.read = 'works'
      await there.forward(10)
      expect(there.revoked({ sub: 'bob' })).toBe(true)
      const { length } = there.events
      await there.forward(60)
      expect(there.events.length, 'and then it is quiet').toBe(length)
    })

    test(`a process that starts while the log ${fault} is ready, and knows that it has not caught up`, async () => {
      const log = new MemoryLog()
      log.faults.read = fault
      const { revocations, forward } = sharing(log)
      await quiet()
      await forward(5)
      await revocations.ready()
      expect(revocations.caughtUp).toBe(false)
      log.faults.read = 'works'
      await forward(10)
      expect(revocations.caughtUp).toBe(true)
    })
  }

  test('the first token that a new process sees waits until the log is read', async () => {
    const log = new MemoryLog()
    await sharing(log).revocations.revoke({ sub: 'ci' })
    const { revocations } = sharing(log)
    const provider = new StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } }, 'cd-0123456789abcdef': { claims: { sub: 'cd' } } }, { revocations, now: () => START })
    expect(revocations.caughtUp).toBe(false)
    expect(await provider.verifyToken('ci-0123456789abcdef')).toBeNull()
    expect(await provider.verifyToken('cd-0123456789abcdef')).not.toBeNull()
    await revocations.close()
  })

  test('a storm of bells is one look at a time', async () => {
    const log = new MemoryLog()
    const { revocations } = sharing(log)
    await quiet()
    const before = log.reads
    for (let n = 0; n < 1000; n += 1) for (const ring of log.bells) ring()
    await quiet()
    expect(log.reads - before).toBeLessThan(5)
    expect(log.mostAtOnce).toBe(1)
    await revocations.close()
  })

  test('a bell that rings while it is hung up is no second look at once', async () => {
    const log = new MemoryLog()
    const eager = Object.assign(log, { listen: async (rung: () => void) => (rung(), async () => undefined) })
    const { revocations } = sharing(eager)
    await revocations.ready()
    await quiet()
    expect(log.mostAtOnce).toBe(1)
    await revocations.close()
  })

  test('what nobody of ours sealed does nothing, and is told', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    await quiet()
    const stranger = sealing('stranger')
    const entry = JSON.stringify({ by: 'sub', value: 'ada', before: START + 999, until: START + 999 })
    await log.append(entry, 60)
    await log.append(await stranger.close('revocation', entry), 60)
    await log.append(await sealing().close('verdict', entry), 60)
    await quiet()
    expect(here.revoked()).toBe(false)
    const unreadable = here.events.map((event) => (event.type === 'revocations_unreadable' ? event.count : 0))
    expect(unreadable.reduce((sum, count) => sum + count, 0)).toBe(3)
    await log.append(await sealing().close('revocation', entry), 60)
    await quiet()
    expect(here.revoked()).toBe(true)
  })

  test.each([
    ['{'],
    ['null'],
    ['[]'],
    ['{"by":"everything","value":"ada","until":9e9}'],
    ['{"by":"constructor","value":"ada","until":9e9}'],
    ['{"by":"sub","until":9e9}'],
    ['{"by":"sub","value":"ada"}'],
    ['{"by":"sub","value":7,"until":9e9}'],
    ['{"by":"sub","value":"ada","issuer":7,"until":9e9}'],
    ['{"by":"sub","value":"ada","before":"x","until":9e9}'],
    [`{"by":"sub","value":"${'x'.repeat(200)}","until":9e9}`],
  ])('%s is no revocation, even when it is sealed', async (text) => {
    const log = new MemoryLog()
    const here = sharing(log)
    await log.append(await sealing().close('revocation', text), 60)
    await quiet()
    expect(here.revocations.size).toBe(0)
    expect(here.types()).toEqual(['revocations_unreadable'])
  })

  test('a seal that throws is an entry that cannot be read', async () => {
    const log = new MemoryLog()
    const seal = { ...sealing(), open: async () => Promise.reject(new Error('broken')) }
    const here = sharing(log, {}, seal)
    await log.append('x', 60)
    await quiet()
    expect(here.types()).toEqual(['revocations_unreadable'])
    expect(here.revocations.caughtUp).toBe(true)
  })

  test('what the log holds and the memory cannot comes when there is room, and is told until then', async () => {
    const log = new MemoryLog()
    const here = sharing(log, { keepFor: 1000 })
    for (let n = 0; n < 5; n += 1) await here.revocations.revoke({ jti: `j-${n}`, expiresAt: START + 100 + n * 1000 })
    const small = sharing(log, { maxEntries: 4 })
    await quiet()
    expect(small.revocations.size).toBe(4)
    expect(small.types()).toContain('revocations_full')
    expect(small.revocations.caughtUp).toBe(false)
    await small.forward(300)
    expect(small.revoked({ jti: 'j-4' })).toBe(true)
    expect(small.revocations.caughtUp).toBe(true)
  })

  test('what ended in the log is not taken', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    await here.revocations.revoke({ jti: 'j-1', expiresAt: START + 10 })
    const late = sharing(log, { now: () => START + 1000 })
    await late.revocations.ready()
    expect(late.revocations.size).toBe(0)
    expect(late.events).toEqual([])
  })

  test('closing ends the timer and the bell, also while they are under way', async () => {
    const log = new MemoryLog()
    const { revocations, clockwork, revoked } = sharing(log)
    const closing = revocations.close()
    await closing
    await quiet()
    expect(log.bells.size).toBe(0)
    expect(clockwork.waiting.size).toBe(0)
    await revocations.close()

    const other = sharing(log)
    await quiet()
    expect(log.bells.size).toBe(1)
    await other.revocations.close()
    const { reads } = log
    await other.forward(60)
    expect(log.bells.size).toBe(0)
    expect(log.reads).toBe(reads)
    await revocations.revoke({ sub: 'ada' })
    expect(revoked(), 'what is revoked stays so').toBe(true)
  })

  test('no event carries a value', async () => {
    const log = new MemoryLog()
    const here = sharing(log)
    const there = sharing(log)
    for (const what of [{ sub: 'value-of-sub' }, { sid: 'value-of-sid' }, { token: 'value-of-token' }, { clientId: 'value-of-client' }]) {
      await here.revocations.revoke(what)
    }
    await quiet()
    expect(here.events.length).toBeGreaterThan(3)
    expect(JSON.stringify([here.events, there.events])).not.toContain('value-of')
  })

  test('does not keep a process alive', async () => {
    const { after } = await import('../../src/lib/timer.js')
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const callOff = after(60, () => undefined)
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBe(before)
    callOff()
  })
})

const NO_MARKS = { subject: undefined, issuer: undefined, issuedAt: 0, jti: undefined, sub: undefined, sid: undefined, client_id: undefined, token: undefined }

function b64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
