/** Issuers that tenants choose: their discovery documents must not send us about our own network. */
import { describe, expect, test } from 'vitest'
import { IssuerRouter, JwksProvider } from '../../../src/index.js'
import { isLocalAddress } from '../../../src/lib/net/local-address.js'
import { AUDIENCE, clock, signer } from '../../oauth-kit.js'
import type { IssuerRoute } from '../../../src/index.js'

const INSIDE = [
  ...['https://localhost/k', 'https://LOCALHOST./k', 'https://a.localhost/k', 'https://127.0.0.1/k', 'https://2130706433/k', 'https://0x7f.1/k', 'https://0/k'],
  ...['https://10.1.2.3/k', 'https://172.16.0.1/k', 'https://172.31.255.255/k', 'https://192.168.1.1/k', 'https://169.254.169.254/k', 'https://100.64.0.1/k'],
  ...['https://[::1]/k', 'https://[::]/k', 'https://[fe80::1]/k', 'https://[fd00::1]/k', 'https://[::ffff:127.0.0.1]/k', 'https://[64:ff9b::a00:1]/k', 'https://127.0.0.1./k'],
]
const OUTSIDE = ['https://id.example.com/k', 'https://8.8.8.8/k', 'https://172.32.0.1/k', 'https://[2001:db8::1]/k', 'https://localhost.example/k', 'https://10.example/k', 'https://100.128.0.1/k']

test.each(INSIDE)('%s is a place within', (url) => expect(isLocalAddress(new URL(url))).toBe(true))
test.each(OUTSIDE)('%s is a place outside', (url) => expect(isLocalAddress(new URL(url))).toBe(false))

const ISSUER = 'https://tenant.example'
const key = await signer()

/** A network where everything is there: only what is asked for can fail. */
function network(issuer: string, members: object) {
  const asked: string[] = []
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url)
    return url.includes('/.well-known/') ? Response.json({ issuer, ...members }) : Response.json({ keys: [key.publicJwk] })
  }
  return { asked, fetch }
}

describe('an issuer of a table of tenants', () => {
  const verify = async (issuer: string, jwks_uri: string, how: 'resolve' | 'add' | 'issuers' | 'alone') => {
    const { asked, fetch } = network(issuer, { jwks_uri })
    const route: IssuerRoute = { audience: AUDIENCE, fetch, now: clock().now }
    const router =
      how === 'alone' ? new JwksProvider({ ...route, issuer } as never)
      : how === 'issuers' ? new IssuerRouter({ issuers: { [issuer]: route } })
      : new IssuerRouter({ resolve: () => (how === 'resolve' ? route : null) })
    if (how === 'add') await (router as IssuerRouter).add(issuer, route)
    const answer = router.verifyToken(await key.sign({ iss: issuer })).then((token) => token?.subject, (error: { code?: string }) => error.code)
    return { answer: await answer, asked }
  }

  test.each(INSIDE.slice(0, 3))('does not lead to %s, by resolve nor by add', async (uri) => {
    for (const how of ['resolve', 'add'] as const) {
      const { answer, asked } = await verify(ISSUER, uri, how)
      expect([answer, asked.filter((url) => !url.includes('/.well-known/'))]).toEqual(['ERR_AUTH_UNAVAILABLE', []])
    }
  })

  test('leads anywhere outside', async () => {
    expect((await verify(ISSUER, 'https://keys.example/k', 'resolve')).answer).toBe('ada')
  })

  test('leads within where it is there itself', async () => {
    expect((await verify('https://10.0.0.7', 'https://10.0.0.8/k', 'resolve')).answer).toBe('ada')
  })

  test.each(['issuers', 'alone'] as const)('one that the operator named may: Kubernetes names its API server by address (%s)', async (how) => {
    expect((await verify('https://kubernetes.default.svc', 'https://10.96.0.1/openid/v1/jwks', how)).answer).toBe('ada')
  })
})
