/** What proxies assert is taken from their own header, through the gate, and from nowhere else. */
import { describe, expect, test } from 'vitest'
import { awsAlb, cloudflareAccess, googleIap } from '../../providers/presets/index.js'
import { gate, JwksProvider } from '../../src/index.js'
import { headers } from '../gate/headers.js'
import { handSigner } from '../jwt/token-kit.js'
import { START } from '../oauth-kit.js'
import { paddedJwt } from './presets/padded-jwt.js'
import type { JwksProviderOptions } from '../../src/index.js'

const KID = 'beec8bbc-84e0-4736-9745-a6bd96fde712'
const key = handSigner('ES256', KID)
const ALB = 'arn:aws:elasticloadbalancing:us-west-1:999999999999:loadbalancer/app/notes/8649d45ac4b2b99b'
const PEM = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()

const CASES: readonly (readonly [string, JwksProviderOptions, string])[] = [
  ['cf-access-jwt-assertion', cloudflareAccess({ team: 'acme.cloudflareaccess.com', audience: 'tag' }), key.token({ iss: 'https://acme.cloudflareaccess.com', aud: ['tag'], type: 'app' })],
  ['x-goog-iap-jwt-assertion', googleIap({ audience: '/projects/1/apps/a' }), key.token({ iss: 'https://cloud.google.com/iap', aud: '/projects/1/apps/a' })],
  [
    'x-amzn-oidc-data',
    awsAlb({ loadBalancer: ALB, clients: 'c', issuer: 'https://id.example.com' }),
    paddedJwt(key, { typ: 'JWT', kid: KID, alg: 'ES256', iss: 'https://id.example.com', client: 'c', signer: ALB, exp: START + 300 }, { sub: 'ada' }),
  ],
]

describe.each(CASES)('%s', (header, options, token) => {
  const fetch = async (url: unknown) => (String(url).endsWith(KID) ? new Response(PEM) : Response.json({ keys: [key.publicJwk] }))
  const provider = new JwksProvider({ ...options, fetch, now: () => START } as JwksProviderOptions)
  const ask = (values: Readonly<Record<string, readonly string[]>>) => gate(provider)({ method: 'POST', path: '/mcp', header: headers(values) })

  test('brings the caller', async () => {
    expect(await ask({ [header]: [token] })).toMatchObject({ pass: true, context: { token: { subject: 'ada' } } })
  })

  test('is the only place: Authorization brings nobody, with the assertion or without', async () => {
    expect(await ask({ authorization: [`Bearer ${token}`] })).toMatchObject({ pass: false, answer: { status: 401 } })
    expect(await ask({ authorization: [`Bearer ${token}`], [header]: ['forged'] })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test('twice is once too many', async () => {
    expect(await ask({ [header]: [token, token] })).toMatchObject({ pass: false, answer: { status: 400 } })
  })
})
