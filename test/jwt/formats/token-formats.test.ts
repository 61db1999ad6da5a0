/** Tokens that are not quite JWTs: what AWS load balancers sign, and JWT-SVIDs. */
import { describe, expect, test } from 'vitest'
import { awsAlb, spiffe } from '../../../providers/presets/index.js'
import { JwksProvider } from '../../../src/index.js'
import { AUDIENCE, clock, START } from '../../oauth-kit.js'
import { paddedJwt } from '../../providers/presets/padded-jwt.js'
import { recorder } from '../../recorder.js'
import { handSigner } from '../token-kit.js'
import type { JwksProviderOptions } from '../../../src/index.js'

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188'
const KEYS = 'https://public-keys.auth.elb.eu-west-1.amazonaws.com'

describe('what a load balancer signs', () => {
  const first = handSigner('ES256', '11111111-1111-1111-1111-111111111111')
  const second = handSigner('ES256', '22222222-2222-2222-2222-222222222222')
  const pem = (signer: typeof first): string => signer.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const written = (signer: typeof first, header: object = {}, payload: object = {}): string =>
    paddedJwt(signer, { typ: 'JWT', kid: signer.kid, alg: 'ES256', iss: 'https://id.example.com', client: 'c', signer: ARN, exp: START + 90_000, ...header }, { sub: 'ada', ...payload })

  const setUp = () => {
    const there = new Map([[first.kid, pem(first)]])
    const asked: string[] = []
    const { events, observe } = recorder()
    const time = clock()
    const fetch = async (url: unknown): Promise<Response> => {
      asked.push(String(url).replace(`${KEYS}/`, ''))
      const text = there.get(asked.at(-1) ?? '')
      return text === undefined ? new Response('AccessDenied', { status: 403 }) : new Response(text)
    }
    const options = { ...awsAlb({ loadBalancer: ARN, clients: 'c', issuer: 'https://id.example.com' }), fetch, cache: false, now: time.now, observe }
    const provider = new JwksProvider(options as JwksProviderOptions)
    const takes = async (token: string): Promise<boolean | string> =>
      provider.verifyToken(token).then(
        (taken) => taken !== null,
        (error: Error) => error.message,
      )
    return { there, asked, events, time, provider, takes }
  }

  test('one key is read once, and a new one when it is first used', async () => {
    const { there, asked, takes } = setUp()
    expect([await takes(written(first)), await takes(written(first))]).toEqual([true, true])
    expect(asked).toEqual([first.kid])
    there.set(second.kid, pem(second))
    expect(await takes(written(second))).toBe(true)
    expect(await takes(written(first))).toBe(true)
    expect(asked).toEqual([first.kid, first.kid, second.kid])
  })

  test('a key that was taken away is worth nothing after the next look', async () => {
    const { there, time, takes } = setUp()
    expect(await takes(written(first))).toBe(true)
    there.clear()
    time.forward(601)
    expect(await takes(written(first))).toBe(false)
  })

  test('a flood of names costs AWS three reads, that of the good key included, and one in thirty seconds', async () => {
    const { asked, takes } = setUp()
    expect(await takes(written(first))).toBe(true)
    const answers = []
    for (let count = 0; count < 50; count += 1) answers.push(await takes(written(first, { kid: `name-${count}` })))
    expect(new Set(answers)).toEqual(new Set([false, 'a key that is not known may be new, and too many were asked for']))
    expect(asked.filter((name) => name.startsWith('name-')).length).toBe(2)
    expect(await takes(written(first))).toBe(true)
  })

  test.each(['../../evil', 'a/b', 'a?b', 'a#b', '', '%2e%2e', 'x'.repeat(65), '.', 'https://evil.example/key'])('a name like %j is never part of a URL', async (kid) => {
    const { asked, takes } = setUp()
    expect(await takes(written(first, { kid }))).toBe(false)
    expect(asked.every((name) => name === first.kid)).toBe(true)
  })

  test('a page of HTML is no key: nobody knows', async () => {
    const { there, takes } = setUp()
    there.set(first.kid, '<html></html>')
    expect(await takes(written(first))).toBe('there is no public key at public-keys.auth.elb.eu-west-1.amazonaws.com')
  })

  test('the key of another kid signs nothing', async () => {
    const { there, takes } = setUp()
    there.set(second.kid, pem(second))
    expect(await takes(written(second, { kid: first.kid }))).toBe(false)
  })

  test('a token has one spelling: with exactly its padding', async () => {
    const { takes } = setUp()
    const token = written(first, {}, { name: 'Ada L' })
    expect(await takes(token)).toBe(true)
    const [header = '', payload = '', signature = ''] = token.split('.')
    expect(signature).toMatch(/==$/)
    const bare = (part: string): string => part.replace(/=+$/, '')
    for (const other of [`${header}.${payload}.${bare(signature)}`, `${header}.${payload}.${bare(signature)}=`, `${token}=`, `${token}==`, `${header}====.${payload}.${signature}`, ` ${token}`, `${token}\n`, token.replaceAll('.', '%2E')]) {
      expect([other, await takes(other)]).toEqual([other, false])
    }
    // Bits at the end that do not count.
    expect(await takes(`${header}.${payload}.${bare(signature).slice(0, -1)}${bare(signature).endsWith('B') ? 'C' : 'B'}==`)).toBe(false)
  })

  test('its keys do not get into a store under the name of the authorization server', () => {
    const store = { get: async () => null, set: async () => undefined }
    const options = { ...awsAlb({ loadBalancer: ARN, clients: 'c', issuer: 'https://id.example.com' }), keys: { store } }
    expect(() => new JwksProvider(options)).toThrow(/"keys.store" is for the key sets of issuers/)
  })

  test('no other provider reads it', async () => {
    const plain = new JwksProvider({ issuer: 'https://id.example.com', audience: 'c', audienceClaims: 'client_id', jwks: { keys: [first.publicJwk] }, now: clock().now })
    const token = written(first, {}, { iss: 'https://id.example.com', client_id: 'c', exp: START + 300 })
    expect(await plain.verifyToken(token)).toBeNull()
    expect(plain.recognizes(token)).toBe('foreign')
  })

  test.each([
    ['arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:123456789012:loadbalancer/app/a/1', 'https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1'],
    ['arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/app/a/1', 'https://public-keys.auth.elb.ap-southeast-2.amazonaws.com'],
  ])('the keys of %s are where AWS says', (loadBalancer, jwksUri) => {
    expect(awsAlb({ loadBalancer, clients: 'c', issuer: 'https://id.example.com' })).toMatchObject({ jwksUri })
  })
})

describe('a JWT-SVID', () => {
  const workload = handSigner('ES256', 'svid')
  const other = handSigner('ES256', 'cert')
  const bundle = { keys: [{ ...other.publicJwk, use: 'x509-svid' }, { ...workload.publicJwk, use: 'jwt-svid' }], spiffe_sequence: 1, spiffe_refresh_hint: 300 }
  const claims = { iss: undefined, aud: [AUDIENCE], sub: 'spiffe://example.org/notes' }
  const provider = (options: object = {}) => new JwksProvider({ ...spiffe({ trustDomain: 'example.org', audience: AUDIENCE, bundle, ...options }), now: clock().now })

  test('is of its trust domain, which is its issuer', async () => {
    const taken = await provider().verifyToken(workload.token(claims))
    expect(taken).toMatchObject({ issuer: 'spiffe://example.org', subject: 'spiffe://example.org/notes' })
    expect(provider().recognizes(workload.token(claims))).toBe('mine')
    expect(provider().recognizes(workload.token({ ...claims, sub: 'spiffe://evil.example/notes' }))).toBe('foreign')
  })

  test('with an issuer of SPIRE\u2019s is taken where that was named', async () => {
    const token = workload.token({ ...claims, iss: 'https://oidc.example.org' })
    expect(await provider().verifyToken(token)).toBeNull()
    expect(await provider({ issuer: 'https://oidc.example.org' }).verifyToken(token)).toMatchObject({ issuer: 'https://oidc.example.org' })
  })

  test('that a key for certificates signed is refused', async () => {
    expect(await provider().verifyToken(other.token(claims))).toBeNull()
  })

  test.each([['EdDSA'], ['HS256']])('with %s is refused: SPIFFE does not allow it', async (alg) => {
    expect(await provider().verifyToken(workload.token(claims, { alg }))).toBeNull()
  })

  test.each(['spiffe://example.org', 'spiffe://example.org/', 'spiffe://EXAMPLE.org/a', 'spiffe://example.org@evil/a', 'example.org/a', 'https://example.org/a', undefined, 7])('of %j is none of ours', async (sub) => {
    expect(await provider().verifyToken(workload.token({ ...claims, sub }))).toBeNull()
  })
})
