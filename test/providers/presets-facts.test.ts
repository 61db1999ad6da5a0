/** What single presets know beyond one row of a table: partitions, clouds, and keys that are elsewhere. */
import { describe, expect, test } from 'vitest'
import { cognito, entra } from '../../providers/presets/index.js'
import { JwksProvider } from '../../src/index.js'
import { AUDIENCE, clock, signer } from '../oauth-kit.js'
import type { JwksProviderOptions } from '../../src/index.js'

const TENANT = '11111111-1111-1111-1111-111111111111'

describe('Cognito', () => {
  test.each([
    ['eu-west-1_AbCdEfGhI', 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI'],
    ['us-gov-west-1_AbCdEf', 'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_AbCdEf'],
    ['cn-north-1_AbCdEf', 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbCdEf'],
    ['eusc-de-east-1_AbCdEfGhI', 'https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_AbCdEfGhI'],
    ['us-iso-east-1_AbCdEf', 'https://cognito-idp.us-iso-east-1.c2s.ic.gov/us-iso-east-1_AbCdEf'],
    ['us-isob-east-1_AbCdEf', 'https://cognito-idp.us-isob-east-1.sc2s.sgov.gov/us-isob-east-1_AbCdEf'],
  ])('the pool %s has its issuer in the domain of its partition', (userPool, issuer) => {
    expect(cognito({ userPool, clients: 'c', issuerType: 'original' }).issuer).toBe(issuer)
    expect(cognito({ userPool, clients: 'c', issuerType: 'updated' }).issuer).toBe(issuer.replace('//cognito', '//issuer-cognito'))
  })

  const userPool = 'us-east-1_AbCdEf'
  const [original, updated] = [`https://cognito-idp.us-east-1.amazonaws.com/${userPool}`, `https://issuer-cognito-idp.us-east-1.amazonaws.com/${userPool}`]

  test('both issuers of a pool are taken, and the keys of the second are read when a token asks for them', async () => {
    const [old, young] = [await signer(), await signer()]
    const asked: string[] = []
    const fetch = async (url: string): Promise<Response> => {
      asked.push(url)
      const issuer = url.startsWith(updated) ? updated : original
      return Response.json(url.endsWith('/jwks') ? { keys: [(issuer === updated ? young : old).publicJwk] } : { issuer, jwks_uri: `${issuer}/jwks` })
    }
    const provider = new JwksProvider({ ...cognito({ userPool, clients: 'c1' }), keys: { maxAge: 60 }, fetch, now: clock().now })
    await provider.keys.warm()
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((url) => url.startsWith(updated))).toEqual([])
    const claims = { client_id: 'c1', token_use: 'access', aud: undefined }
    expect(await provider.verifyToken(await old.sign({ ...claims, iss: original }))).not.toBeNull()
    expect(await provider.verifyToken(await young.sign({ ...claims, iss: updated }))).not.toBeNull()
    expect(await provider.verifyToken(await old.sign({ ...claims, iss: updated }))).toBeNull()
  })
})

test('the one issuer of a pool that was switched is warmed like any other', async () => {
  const asked: string[] = []
  const fetch = async (url: string): Promise<Response> => (asked.push(url), new Response('', { status: 500 }))
  const options = cognito({ userPool: 'us-east-1_AbCdEf', clients: 'c', issuerType: 'updated' })
  await expect(new JwksProvider({ ...options, fetch }).keys.warm()).rejects.toThrow('answered 500')
  await expect(new JwksProvider({ ...cognito({ userPool: 'us-east-1_AbCdEf', clients: 'c' }), issuer: 'https://pool.example.com', fetch }).keys.warm()).rejects.toThrow('answered 500')
  expect(asked).toEqual([`${options.issuer}/.well-known/openid-configuration`, 'https://pool.example.com/.well-known/openid-configuration'])
})

describe('Entra ID', () => {
  const options = { tenant: TENANT, audience: AUDIENCE } as const

  test.each([
    ['us', 'https://login.microsoftonline.us/{tid}/v2.0', 'https://login.microsoftonline.us/{tid}/discovery/v2.0/keys'],
    ['china', 'https://login.partner.microsoftonline.cn/{tid}/v2.0', 'https://login.partner.microsoftonline.cn/{tid}/discovery/v2.0/keys'],
  ] as const)('the cloud %s has hosts of its own', (cloud, template, jwksUri) => {
    expect(entra({ ...options, cloud })).toMatchObject({ issuer: { template, allow: [TENANT] }, jwksUri })
  })

  test('the key of one application is read where that application has it', async () => {
    const key = await signer()
    const asked: string[] = []
    const fetch = async (url: string): Promise<Response> => (asked.push(url), Response.json({ keys: [key.publicJwk] }))
    const provider = new JwksProvider({ ...entra({ ...options, signingKeyOf: TENANT }), fetch, now: clock().now })
    expect(await provider.verifyToken(await key.sign({ iss: `https://login.microsoftonline.com/${TENANT}/v2.0`, tid: TENANT, azp: 'c' }))).not.toBeNull()
    expect(asked).toEqual([`https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys?appid=${TENANT}`])
  })
})

describe('an issuer that stands for many tenants', () => {
  test.each([
    'https://login.microsoftonline.com/{tenantid}/v2.0',
    'https://login.microsoftonline.com/common/v2.0',
    'https://login.microsoftonline.us/organizations/v2.0',
    'https://sts.windows.net/common/',
    'https://id.example.com/realms/{realm}',
  ])('%s is refused where it is written, with what to write', (issuer) => {
    const options = { audience: AUDIENCE } as const
    for (const one of [issuer, ['https://id.example.com', issuer]]) {
      expect(() => new JwksProvider({ ...options, issuer: one } as JwksProviderOptions)).toThrow(/\{ template, allow \}.*entra\(\{ tenant \}\)/)
    }
  })

  test('a realm that is called common is none', () => {
    expect(() => new JwksProvider({ audience: AUDIENCE, issuer: 'https://id.example.com/realms/common' })).not.toThrow()
  })
})
