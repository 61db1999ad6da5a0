import { All, Catch, Controller, Get, Head, HttpException, Module, Post, UseGuards, VersioningType } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices'
import { createServer } from 'node:http'
import { firstValueFrom } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { authErrors, authGuard, bearerAuth, Public, publicRoutes } from '../../src/adapters/nest.js'
import { AuthenticationError, getAccessToken, requireAuth } from '../../src/index.js'
import { closing } from '../closing.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { listen } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { CanActivate, INestApplication, MiddlewareConsumer } from '@nestjs/common'
import type { MicroserviceOptions } from '@nestjs/microservices'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Running } from './http-kit.js'

describe('the gate for Nest on Express', () => {
  keepsTheGateContract(SERVERS.nestOnExpress, {
    reads: ['/MCP', '/mcp/', 'http://localhost/mcp', 'http://localhost/MCP'],
    setsHeadersFirst: true,
  })
})

describe('the gate for Nest on Fastify', () => {
  keepsTheGateContract(SERVERS.nestOnFastify, {
    reads: ['/%6dcp', '/%6Dcp'],
    setsHeadersFirst: true,
  })
})

const PLATFORMS = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() }

describe.each(Object.entries(PLATFORMS))('the guard and the filter for Nest on %s', (_, platform) => {
  async function serving(
    controller: new () => object,
    prepare: (app: INestApplication) => unknown,
    onNotes?: ReturnType<typeof bearerAuth>,
  ): Promise<Running['ask']> {
    class App {
      configure(consumer: MiddlewareConsumer): void {
        if (onNotes) consumer.apply(onNotes).forRoutes('notes')
      }
    }
    Module({ controllers: [controller] })(App)
    const app = await NestFactory.create(App, platform(), { logger: false })
    prepare(app)
    await app.init()
    await app.getHttpAdapter().getInstance().ready?.()
    const server = closing(await listen(app.getHttpAdapter().getType() === 'fastify' ? app.getHttpServer() : createServer(app.getHttpAdapter().getInstance())))
    return (asked) => server.ask({ method: 'GET', ...asked })
  }
  const whole = (app: INestApplication): unknown => app.use(bearerAuth(callers(), { protect: ['/mcp'] })).useGlobalFilters(authErrors(Catch))
  const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

  /** A controller with one handler, for `GET /notes`, behind guards. */
  function notes(handler: () => unknown, ...guards: CanActivate[]): new () => object {
    class Notes {
      read(): unknown {
        return handler()
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Notes.prototype, 'read') ?? {}
    UseGuards(...guards)(Notes.prototype, 'read', descriptor)
    Get('notes')(Notes.prototype, 'read', descriptor)
    Controller()(Notes)
    return Notes
  }

  test('a guard asks for scopes, with the challenge of the gate', async () => {
    const ask = await serving(notes(() => [getAccessToken()?.subject], authGuard('notes:write')), whole)
    expect(await ask({ target: '/notes' })).toMatchObject({ status: 401, challenge: { parameters: { scope: 'notes:write' } } })
    expect(await ask({ target: '/notes', ...as(GOOD.ada) })).toMatchObject({ status: 403, challenge: { parameters: { error: 'insufficient_scope', scope: 'notes:write' } } })
    expect(await ask({ target: '/notes', ...as(GOOD.bob) })).toMatchObject({ status: 200, json: ['bob'] })
  })

  test('a guard without scopes asks for a caller', async () => {
    const ask = await serving(notes(() => [getAccessToken()?.subject], authGuard()), whole)
    expect((await ask({ target: '/notes' })).status).toBe(401)
    expect((await ask({ target: '/notes', ...as('never-issued') })).status).toBe(401)
    expect((await ask({ target: '/notes', ...as(GOOD.ada) })).json).toEqual(['ada'])
  })

  test('a guard lets nobody in where no gate is around', async () => {
    const ask = await serving(notes(() => ['in'], authGuard()), (app) => app.useGlobalFilters(authErrors(Catch)))
    expect((await ask({ target: '/notes', ...as(GOOD.ada) })).status).toBe(401)
  })

  test("guards of the app's own know the caller", async () => {
    const ask = await serving(notes(() => ['in'], { canActivate: () => getAccessToken()?.subject === 'ada' }), whole)
    expect((await ask({ target: '/notes', ...as(GOOD.ada) })).json).toEqual(['in'])
    expect((await ask({ target: '/notes', ...as(GOOD.bob) })).status).toBe(403)
  })

  test('without the filter nobody gets in either, though it looks like a fault', async () => {
    const ask = await serving(notes(() => ['in'], authGuard()), (app) => app.use(bearerAuth(callers(), { protect: ['/mcp'] })))
    expect((await ask({ target: '/notes' })).status).toBe(500)
    expect((await ask({ target: '/notes', ...as(GOOD.ada) })).json).toEqual(['in'])
  })

  test("the filter leaves the errors of Nest and of the app as they are", async () => {
    const thrown = [new HttpException('short and stout', 418), new Error('a bug'), 'a string']
    const ask = await serving(
      notes(() => {
        throw thrown.shift()
      }),
      whole,
    )
    expect([await ask({ target: '/notes' }), await ask({ target: '/notes' }), await ask({ target: '/notes' })].map(({ status }) => status)).toEqual([418, 500, 500])
  })

  test("the filter knows the errors of another copy of this package by their code", async () => {
    class AuthenticationError2 extends Error {
      readonly code = 'ERR_AUTHENTICATION_REQUIRED'
      readonly answer = { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="other"' }, body: '{}' }
    }
    const ask = await serving(
      notes(() => {
        throw new AuthenticationError2()
      }),
      whole,
    )
    expect(await ask({ target: '/notes' })).toMatchObject({ status: 401, challenge: { parameters: { realm: 'other' } } })
  })

  test('a middleware that is bound to routes guards them', async () => {
    const ask = await serving(notes(() => [requireAuth().subject]), () => undefined, bearerAuth(callers()))
    // 401 of the gate, and not 500 for want of the filter.
    for (const target of ['/notes', '/notes?x=1', 'http://localhost/notes']) expect((await ask({ target })).status).toBe(401)
    expect((await ask({ target: '/notes', ...as(GOOD.ada) })).json).toEqual(['ada'])
  })
})

describe('the filter for Nest, outside of HTTP', () => {
  test('answers the caller of a microservice, who would otherwise wait for ever', async () => {
    class Sums {
      add(): unknown {
        return requireAuth()
      }
    }
    MessagePattern('add')(Sums.prototype, 'add', Object.getOwnPropertyDescriptor(Sums.prototype, 'add') ?? {})
    Controller()(Sums)
    class App {}
    Module({ controllers: [Sums] })(App)
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 }, logger: false })
    app.useGlobalFilters(authErrors(Catch))
    await app.listen()
    const { port } = app.unwrap<Server>().address() as AddressInfo // a TCP server that listens has one
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } })
    await expect(firstValueFrom(client.send('add', {}))).rejects.toMatchObject({ status: 'error' })
    await client.close()
    await app.close()
  })

  test.each<[string, object]>([
    ['of ws', { readyState: 1 }],
    ['of Socket.IO', {}],
  ])('answers a client %s', (_, kind) => {
    const said: unknown[] = []
    const client = { ...kind, send: (text: string) => void said.push(JSON.parse(text)), emit: (event: string, data: object) => void said.push({ event, data }) }
    const host = {
      getType: () => 'ws',
      switchToHttp: () => ({ getResponse: () => undefined as never }),
      switchToWs: () => ({ getClient: () => client as never }),
    }
    authErrors(Catch).catch(new AuthenticationError(), host)
    expect(said).toEqual([{ event: 'exception', data: { status: 'error', message: 'Authentication required' } }])
  })

  test('leaves alone what it does not know', () => {
    const error = new AuthenticationError()
    const host = {
      getType: () => 'graphql',
      switchToHttp: () => ({ getResponse: () => undefined as never }),
      switchToWs: () => ({ getClient: () => undefined as never }),
    }
    expect(() => authErrors(Catch).catch(error, host)).toThrow(error)
  })
})

describe.each(Object.entries(PLATFORMS))('routes of Nest on %s that are marked as public', (_, platform) => {
  class Notes {
    health(): string[] {
      return ['alive']
    }
    list(): string[] {
      return ['secret']
    }
    one(): string[] {
      return ['secret']
    }
    create(): string[] {
      return ['secret']
    }
  }
  const handler = (name: 'health' | 'list' | 'one' | 'create', ...decorators: MethodDecorator[]): void => {
    for (const decorate of decorators) decorate(Notes.prototype, name, Object.getOwnPropertyDescriptor(Notes.prototype, name) ?? {})
  }
  handler('health', Get('health'), Public())
  handler('list', Get('health/list'))
  handler('one', Get('other'))
  handler('create', Post('health'))
  Controller('notes')(Notes)
  class App {}
  Module({ controllers: [Notes] })(App)

  test('need no token, by their method and under their global prefix, and nothing else is open', async () => {
    const app = await NestFactory.create(App, platform(), { logger: false })
    app.setGlobalPrefix('api')
    expect(publicRoutes(app)).toEqual([{ path: '/api/notes/health', exact: true, methods: ['GET'] }])
    app.use(bearerAuth(callers(), { exclude: publicRoutes(app) }))
    await app.init()
    await app.getHttpAdapter().getInstance().ready?.()
    const server = await listen(app.getHttpAdapter().getType() === 'fastify' ? app.getHttpServer() : createServer(app.getHttpAdapter().getInstance()))
    expect((await server.ask({ method: 'GET', target: '/api/notes/health' })).json).toEqual(['alive'])
    for (const [method, target] of [['POST', '/api/notes/health'], ['GET', '/api/notes/health/list'], ['GET', '/api/notes/other'], ['GET', '/notes/health']]) {
      expect({ target, status: (await server.ask({ method: method ?? '', target: target ?? '' })).status }).toEqual({ target, status: 401 })
    }
    await server.close()
  })

  test('are refused where their path is not certain', async () => {
    const versioned = await NestFactory.create(App, platform(), { logger: false })
    versioned.enableVersioning({ type: VersioningType.URI })
    expect(() => publicRoutes(versioned)).toThrow(/cannot say where routes with @Public\(\) are.*"exclude"/)
    expect(() => publicRoutes({})).toThrow(/publicRoutes takes the application/)
    class Patterns {
      one(): void {}
    }
    for (const decorate of [Get(':id'), Public()]) decorate(Patterns.prototype, 'one', Object.getOwnPropertyDescriptor(Patterns.prototype, 'one') ?? {})
    Controller()(Patterns)
    class Other {}
    Module({ controllers: [Patterns] })(Other)
    await expect(NestFactory.create(Other, platform(), { logger: false }).then(publicRoutes)).rejects.toThrow(/is a pattern/)
  })

  const marked = (open: MethodDecorator, kept: MethodDecorator, hosts: readonly string[] = []): Promise<unknown> => {
    class Open {
      handle(): void {}
    }
    class Kept {
      handle(): void {}
    }
    for (const [controller, decorators] of [[Open, [open, Public()]], [Kept, [kept]]] as const) {
      for (const decorate of decorators) decorate(controller.prototype, 'handle', Object.getOwnPropertyDescriptor(controller.prototype, 'handle') ?? {})
    }
    const [host] = hosts
    Controller({ path: 'notes', ...(host !== undefined && { host }) })(Open)
    Controller('notes')(Kept)
    class Both {}
    Module({ controllers: [Open, Kept] })(Both)
    return NestFactory.create(Both, platform(), { logger: false }).then(publicRoutes)
  }

  test.each([
    ['all methods', All('a'), Get('a')],
    ['HEAD, which goes with GET', Head('a'), Get('a')],
    ['GET, with which HEAD goes', Get('a'), Head('a')],
    ['one method of all', Get('a'), All('a')],
    ['another case, which Express does not know', Get('a'), Get('A')],
    ['one of several paths', Get(['b', 'a']), Get('/a/')],
  ])('are refused where a handler without the mark has the same path: %s', async (_case, open, kept) => {
    await expect(marked(open, kept)).rejects.toThrow('@Public() would open "/notes/a" for a handler without it, too: mark both, or give each a path of its own')
  })

  test('are refused where they are of one host, since paths know none', async () => {
    await expect(marked(Get('a'), Get('b'), ['public.example.com'])).rejects.toThrow(/cannot say where routes with @Public\(\) are/)
  })

  test('are taken beside a handler of another method, path or pattern', async () => {
    for (const kept of [Post('a'), Get('b'), Get(':id')]) await expect(marked(Get('a'), kept)).resolves.toEqual([{ path: '/notes/a', exact: true, methods: ['GET'] }])
  })
})

describe('the filter for Nest', () => {
  test('says what it must be given', () => {
    expect(() => authErrors(undefined as never)).toThrow(new TypeError("authErrors takes Nest's decorator: authErrors(Catch), with Catch from @nestjs/common"))
  })
})

test('a guard for Nest takes one scope per argument', () => {
  expect(() => authGuard('notes:read notes:write')).toThrow(TypeError)
})
