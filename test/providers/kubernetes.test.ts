/** The three ways to a cluster's keys; the pod's own against a real server with a certificate authority of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clusterFetch } from '../../providers/presets/cluster-fetch.js'
import { kubernetes } from '../../providers/presets/index.js'
import { JwksProvider } from '../../src/index.js'
import { handSigner } from '../jwt/token-kit.js'
import { AUDIENCE, clock } from '../oauth-kit.js'
import type { Fetch } from '../../src/lib/net/bounded-fetch.js'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { JwksProviderOptions } from '../../src/index.js'

// Made with openssl for a hundred years; the authority's key is thrown away.
const CERTIFICATES = 'test/providers/presets/cluster'
const cluster = { issuer: 'https://kubernetes.default.svc.cluster.local', audience: AUDIENCE }
const key = handSigner('RS256')
const token = key.token({ iss: cluster.issuer, aud: [AUDIENCE], sub: 'system:serviceaccount:prod:notes' })

const folder = mkdtempSync(join(tmpdir(), 'pod-'))
const files = { caFile: `${CERTIFICATES}/ca.crt`, tokenFile: join(folder, 'token') }
const asked: { url: string | undefined; authorization: string | undefined }[] = []
let server: Server
let origin: string

beforeAll(async () => {
  const [cert, privateKey] = await Promise.all([readFile(`${CERTIFICATES}/server.crt`), readFile(`${CERTIFICATES}/server.key`)])
  server = createServer({ cert, key: privateKey }, ({ url, headers }, response) => {
    asked.push({ url, authorization: headers.authorization })
    if (url === '/huge') return void response.end('x'.repeat(2 * 1024 * 1024))
    if (url === '/elsewhere') return void response.writeHead(302, { Location: 'https://evil.example/' }).end()
    response.writeHead(200, { 'Content-Type': 'application/jwk-set+json' }).end(JSON.stringify({ keys: [key.publicJwk] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `https://localhost:${(server.address() as AddressInfo).port}`
  writeFileSync(files.tokenFile, 'the-pod-s-token\n')
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

describe('in the cluster', () => {
  const provider = (fetch: Fetch, extra: Partial<JwksProviderOptions> = {}) =>
    new JwksProvider({ ...kubernetes({ ...cluster, inCluster: files }), jwksUri: `${origin}/openid/v1/jwks`, fetch, now: clock().now, ...extra } as JwksProviderOptions)

  test('keys come from the API server, by the certificate authority and the credential of the pod, read anew each time', async () => {
    const time = clock()
    const auth = provider(clusterFetch(origin, files), { now: time.now, cache: false })
    expect((await auth.verifyToken(token))?.subject).toBe('system:serviceaccount:prod:notes')
    expect(asked.at(-1)).toEqual({ url: '/openid/v1/jwks', authorization: 'Bearer the-pod-s-token' })
    writeFileSync(files.tokenFile, 'renewed')
    await clusterFetch(origin, files)(`${origin}/openid/v1/jwks`, {})
    expect(asked.at(-1)).toMatchObject({ authorization: 'Bearer renewed' })
  })

  test('a server whose certificate somebody else signed gets no credential', async () => {
    const before = asked.length
    const strange = clusterFetch(origin, { ...files, caFile: 'test/providers/presets/cluster/server.crt' })
    await expect(provider(strange).verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(asked.length).toBe(before)
  })

  test('no credential, no answer: nobody knows', async () => {
    await expect(provider(clusterFetch(origin, { ...files, tokenFile: '/nowhere' })).verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('the credential goes to the API server and nowhere else, by a redirect neither', async () => {
    const { fetch, jwksUri } = kubernetes({ ...cluster, inCluster: files })
    expect(jwksUri).toBe('https://kubernetes.default.svc/openid/v1/jwks')
    await expect(fetch?.(`${origin}/openid/v1/jwks`, {})).rejects.toThrow('this credential is for https://kubernetes.default.svc alone')
    expect((await clusterFetch(origin, files)(`${origin}/elsewhere`, {})).status).toBe(302)
  })

  test('an answer without end has one, and a request that nobody waits for any more ends', async () => {
    await expect(clusterFetch(origin, files)(`${origin}/huge`, {})).rejects.toThrow('too large')
    await expect(clusterFetch(origin, files)(`${origin}/`, { signal: AbortSignal.abort() })).rejects.toThrow()
  })
})

test('with keys in hand nobody is asked', async () => {
  const fetch = () => Promise.reject(new Error('nobody is asked'))
  const auth = new JwksProvider({ ...kubernetes({ ...cluster, jwks: { keys: [key.publicJwk] } }), fetch, now: clock().now })
  expect(await auth.verifyToken(token)).not.toBeNull()
})

test('a cluster that had another issuer before has both', async () => {
  const auth = new JwksProvider({ ...kubernetes({ ...cluster, issuer: ['https://old.example', cluster.issuer], jwks: { keys: [key.publicJwk] } }), now: clock().now })
  expect(await auth.verifyToken(token)).not.toBeNull()
  expect(await auth.verifyToken(key.token({ iss: 'https://old.example', aud: AUDIENCE }))).not.toBeNull()
})
