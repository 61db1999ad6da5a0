/** What can be proved, what a proof says, and what it never says. */
import Fastify from 'fastify'
import { Hono } from 'hono'
import express from 'express'
import Koa from 'koa'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { gate, JwksProvider } from '../../../src/index.js'
import { bearerAuth, guardUpgrade } from '../../../src/adapters/node.js'
import { createTestIssuer, NotGuardedError, proofOf, proveGuarded } from '../../../src/testing/index.js'
import { listen } from '../../adapters/http-kit.js'
import { referenceServer } from './broken/reference-server.js'
import { verifier } from './broken/reference-verifier.js'
import type { ProveOptions } from '../../../src/testing/index.js'

const AUDIENCE = 'https://api.test/mcp'
const issuer = createTestIssuer({ audience: AUDIENCE, scopes: ['notes:read'] })
const options: ProveOptions = { issuer, routes: ['/notes'] }
const reference = referenceServer(issuer)

describe('what is to be proved is recognized by its shape', () => {
  const verify = verifier(issuer)
  const isGood = async (authorization: string | undefined): Promise<boolean> => (await verify(authorization?.replace(/^Bearer /, '') ?? '')) !== null
  const hono = new Hono().use(async (c, next) => ((await isGood(c.req.header('authorization'))) ? next() : c.body(null, 401, { 'WWW-Authenticate': 'Bearer' })))
  hono.get('/notes', (c) => c.json(['a note']))
  const fastify = Fastify()
  fastify.addHook('onRequest', async (request, reply) => {
    if (!(await isGood(request.headers.authorization))) await reply.code(401).header('WWW-Authenticate', 'Bearer').send()
  })
  fastify.get('/notes', async () => ['a note'])
  const koa = new Koa()
  koa.use(async (ctx) => {
    if (!(await isGood(ctx.get('authorization')))) return ctx.throw(401, { headers: { 'WWW-Authenticate': 'Bearer' } })
    ctx.body = ['a note']
  })
  koa.silent = true

  test.each<readonly [string, object]>([
    ['a listener of node:http', reference],
    ['a server of node:http', createServer(reference)],
    ['an app of Express', express().use(reference)],
    ['an app of Hono', hono],
    ['a fetch handler', (request: Request) => hono.fetch(request)],
    ['an app of Fastify', fastify],
    ['an app of Koa', koa],
    ['the callback of Koa', koa.callback()],
  ])('%s', async (_, app) => {
    const proof = await proofOf(app, options)
    expect({ trusted: proof.trusted, routes: proof.routes.includes('GET /notes') }, String(proof)).toEqual({ trusted: true, routes: true })
    expect(proof.checks.find(({ check }) => check === 'no-token')?.verdict).toBe('holds')
  })

  test('a server that listens, which stays as it is', async () => {
    const server = createServer(reference).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    await proveGuarded(server, { ...options, routes: ['/notes', '/mcp'] }).catch((error: unknown) => expect(error).toBeInstanceOf(NotGuardedError))
    expect(server.listening).toBe(true)
    await new Promise((resolve) => server.close(resolve))
  })

  test.each([[7], ['ftp://127.0.0.1/'], ['mcp'], [{}]])('%j is none of that', async (target) => {
    await expect(proofOf(target as object, options)).rejects.toThrow(/proveGuarded takes a URL/)
  })
})

describe('a server that does not trust the issuer', () => {
  test('is one of which nobody can tell, and that is an error', async () => {
    const stranger = referenceServer(createTestIssuer({ audience: AUDIENCE }))
    const proof = await proofOf(stranger, options)
    const verdicts = Object.fromEntries(proof.checks.map(({ check, verdict }) => [check, verdict]))
    expect(verdicts).toMatchObject({ 'no-token': 'holds', 'odd-paths': 'holds', expired: 'cannot tell', 'other-audience': 'cannot tell', 'alg-none': 'cannot tell', 'malformed-token': 'cannot tell' })
    await expect(proveGuarded(stranger, options)).rejects.toThrow(/cannot tell .* a good token is not let in at GET \/notes/)
  })

  test('shows its holes all the same', async () => {
    const open = createTestIssuer({ audience: AUDIENCE })
    const { open: found } = await proofOf(referenceServer(open, { verify: verifier(open, { trusts: 'none' }) }), options)
    expect(found.map(({ check }) => check)).toContain('alg-none')
  })

  test('and one that has nothing to protect is no proof either', async () => {
    await expect(proveGuarded(createServer((_req, res) => void res.writeHead(404).end()), { issuer })).rejects.toThrow(/nothing was found that needs a token/)
  })
})

describe('tokens that were handed over', () => {
  test('are tried, forgeries are made of the good one, and what is missing is named', async () => {
    const [good, expired] = [await issuer.mint(), await issuer.mint({ expiresIn: -60 })]
    const proof = await proveGuarded(reference, { routes: ['/notes'], tokens: { good, expired } })
    expect(proof.checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['expired', 'alg-none', 'signature', 'embedded-key']))
    expect(Object.fromEntries(proof.notTried.map(({ check, wants }) => [check, wants]))).toMatchObject({ 'other-audience': 'tokens.otherAudience', 'issuer-away': 'issuer' })
  })
})

describe('a proof', () => {
  const weak = referenceServer(issuer, { verify: verifier(issuer, { without: ['expiry'] }), saidOf: (token) => ({ token }) })

  test('is one error that lists what is open, with what was sent and what came', async () => {
    const error: unknown = await proveGuarded(weak, options).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/the server is open in 2 of \d+ checks:\n- expired, open: .*\(RFC 7519 section 4\.1\.4\)/)
    expect(String(error)).toContain('\n    GET /notes, expired an hour ago → 200: it was let in\n')
    expect((error as NotGuardedError).proof.open.map(({ check }) => check)).toEqual(['expired', 'leak'])
  })

  test('has no text of a token in it, not even where the server repeats one', async () => {
    const proof = await proofOf(weak, options)
    for (const text of [String(proof), JSON.stringify(proof), proof.toJUnit()]) {
      expect(text).not.toMatch(/eyJ[\w-]{20}/)
      expect(text).toContain('an expired token is refused with 401')
    }
  })

  test('is JUnit XML in which open checks are failures', async () => {
    const xml = (await proofOf(weak, options)).toJUnit()
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuite name="proveGuarded" tests="45" failures="2" errors="0" skipped="\d+">/)
    expect(xml).toMatch(/<testcase classname="expired" name="[^"<>]+"><failure message="[^"<>]+">[^<>]+<\/failure><\/testcase>/)
  })

  test('is told nothing that it does not know', async () => {
    for (const [wrong, message] of [
      [{}, /takes "issuer", .* or "tokens"/],
      [{ issuer, tokens: { good: 'x' } }, /and not both/],
      [{ issuer: {} }, /must be what createTestIssuer\(\) gives/],
      [{ tokens: { god: 'x' } }, /did you mean "good"/],
      [{ issuer, routes: ['notes'] }, /"routes" must be an array/],
      [{ issuer, open: 'x' }, /"open" must be an array/],
      [{ issuer, timeout: 5000 }, /"timeout" must be a number of seconds/],
      [{ issuer, route: ['/notes'] }, /did you mean "routes"/],
    ] as const) {
      await expect(proofOf(reference, wrong as unknown as ProveOptions)).rejects.toThrow(message)
    }
  })
})

test('an upgrade behind our gate holds, and one in front of it is open', async () => {
  const guard = gate(new JwksProvider(issuer.options), { resource: AUDIENCE })
  const notes = bearerAuth(guard)((req, res) => void (req.url === '/notes' ? res.end('a note') : res.writeHead(404).end()))
  const guarded = createServer(notes).on('upgrade', guardUpgrade(guard)((_req, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')))
  expect((await proveGuarded(guarded, options)).checks.find(({ check }) => check === 'upgrade')?.verdict).toBe('holds')
  const running = await listen(createServer(notes).on('upgrade', (_req, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')))
  expect((await proofOf(running.origin, options)).open.map(({ check }) => check)).toEqual(['upgrade'])
  await running.close()
})
