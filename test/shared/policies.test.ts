/** A verdict that several processes share never crosses what one of them makes of it. */
import { afterEach, describe, expect, test } from 'vitest'
import { anyAudience, clientSecretBasic, IntrospectionProvider, UserInfoProvider } from '../../src/index.js'
import { sha256 } from '../../src/lib/digest.js'
import { faultEndpoint } from '../introspection/fault-endpoint.js'
import { AUDIENCE, clock, START } from '../oauth-kit.js'
import { memoryStore, SECRET, settled } from './shared-kit.js'
import type { AuthEvent, ClaimRule, TokenInfo } from '../../src/index.js'

const open: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function fleet() {
  const idp = await faultEndpoint()
  open.push(idp)
  const { now } = clock()
  const store = memoryStore(now)
  const shared = { now, cache: { shared: { store, secret: SECRET } } }
  const written = () => settled(() => store.calls.some((call) => call.startsWith('swap')))
  return { idp, shared, store, written }
}

/** Two of these read the same as text, and are not the same. */
const tenantIs = (tenant: string): ClaimRule => ({ claim: 'tenant', accepts: (value) => value === tenant })

describe('of introspection', () => {
  test('two closures of one rule take the tokens of their own tenant only, and share the question', async () => {
    const { idp, shared, written } = await fleet()
    idp.answer({ active: true, sub: 'ada', tenant: 'acme', aud: AUDIENCE, exp: START + 600 })
    const of = (tenant: string) =>
      new IntrospectionProvider({ ...shared, endpoint: idp.endpoint, audience: AUDIENCE, clientAuth: clientSecretBasic('a', 'b'), rules: [tenantIs(tenant)] })
    const [acme, globex] = [of('acme'), of('globex')]
    open.push(acme, globex)
    expect(await acme.verifyToken('opaque')).not.toBeNull()
    await written()
    expect(await globex.verifyToken('opaque')).toBeNull()
    expect(idp.questions).toHaveLength(1)
  })

  test('hints are of the one who reads', async () => {
    const { idp, shared, written } = await fleet()
    idp.answer({ active: false })
    const told: (string | undefined)[] = []
    const of = (hint: string) =>
      new IntrospectionProvider({
        ...{ ...shared, endpoint: idp.endpoint, audience: AUDIENCE, clientAuth: clientSecretBasic('a', 'b'), hints: { unknown_token: hint } },
        observe: (event: AuthEvent) => event.type === 'rejected' && told.push(event.hint),
      })
    const [one, other] = [of('ask ours'), of('ask theirs')]
    open.push(one, other)
    await one.verifyToken('opaque')
    await written()
    await other.verifyToken('opaque')
    expect([told, idp.questions.length]).toEqual([['ask ours', 'ask theirs'], 1])
  })

  test('a process of another format shares nothing', async () => {
    const { idp, shared, store } = await fleet()
    idp.answer({ active: false })
    const provider = new IntrospectionProvider({ ...shared, endpoint: idp.endpoint, audience: AUDIENCE, clientAuth: clientSecretBasic('a', 'b') })
    open.push(provider)
    await provider.verifyToken('opaque')
    const names = [...new Set(store.calls.map((call) => call.split(' ')[1]))]
    expect(names).toEqual([expect.stringMatching(/^bearer-auth-providers:verdict-2:[\w-]{43}$/)])
    expect(names).not.toContain(`bearer-auth-providers:verdict:${sha256('anything')}`)
  })
})

describe('of UserInfoProvider', () => {
  const tokenInfoOf = (url: string, app: string): TokenInfo => ({
    ...{ url, send: 'header', refusedWith: [401] },
    claims: (answer) => ({ ...answer, aud: app, exp: START + 600 }),
  })

  test.each<[string, object]>([
    ['tokenInfo.claims', { tokenInfo: 'other app' }],
    ['rules', { rules: [tenantIs('globex')] }],
    ['audience', { audience: 'somebody' }],
  ])('two processes that differ in %s share what was said, and not the verdict', async (_, { tokenInfo, ...different }: { tokenInfo?: string }) => {
    const { idp, shared, written } = await fleet()
    idp.answer({ sub: 'ada', tenant: 'acme' })
    const common = { ...shared, audience: 'app' as string }
    const one = new UserInfoProvider({ ...common, tokenInfo: tokenInfoOf(idp.endpoint, 'app'), rules: [tenantIs('acme')] })
    const other = new UserInfoProvider({ ...common, rules: [tenantIs('acme')], ...different, tokenInfo: tokenInfoOf(idp.endpoint, tokenInfo ?? 'app') })
    open.push(one, other)
    expect((await one.verifyToken('opaque'))?.subject).toBe('ada')
    await written()
    expect(await other.verifyToken('opaque')).toBeNull()
    expect(idp.questions).toHaveLength(1)
  })
})

describe('what userinfo adds', () => {
  async function merged(info: object | undefined, user: object, options: object = {}) {
    const { idp } = await fleet()
    idp.answer(info ?? {})
    idp.at('/userinfo', user)
    const tokenInfo: TokenInfo = { url: idp.endpoint, send: 'header', refusedWith: [401], claims: (answer) => ({ ...answer, aud: 'app', exp: START + 600 }) }
    const where = { userInfoEndpoint: `${idp.issuer}/userinfo`, now: clock().now, ...options }
    const provider = new UserInfoProvider(info === undefined ? { ...where, audience: anyAudience } : { ...where, tokenInfo, audience: 'app' })
    open.push(provider)
    return provider.verifyToken('opaque')
  }
  const INFO = { sub: 'ada' }

  test.each(['scp', 'scope', 'roles', 'aud', 'exp', 'cnf', 'act', 'anything'])('%s is none of it: a person has attributes, and no grants', async (name) => {
    const token = await merged(INFO, { sub: 'ada', name: 'Ada', [name]: 'notes:admin' })
    expect([token?.claims.name, token?.scopes, token?.claims[name] === 'notes:admin']).toEqual(['Ada', [], false])
    expect((await merged(undefined, { sub: 'ada', [name]: 'notes:admin' }))?.claims).toEqual({ sub: 'ada' })
  })

  test('is more where you name it', async () => {
    expect((await merged(INFO, { sub: 'ada', groups: ['a'] }, { userInfoClaims: ['groups'] }))?.claims.groups).toEqual(['a'])
  })

  test.each(['scope', 'scp', 'sub', 'exp', 'cnf'])('and never %s', async (name) => {
    await expect(merged(INFO, {}, { userInfoClaims: [name] })).rejects.toThrow(/"userInfoClaims" must not name/)
  })

  test.each<[string, object]>([
    ['no sub', { name: 'Ada' }],
    ['an empty sub', { sub: '' }],
    ['the sub of somebody else', { sub: 'eve' }],
  ])('with %s is refused', async (_, user) => {
    expect(await merged(INFO, user)).toBeNull()
    expect(await merged(INFO, { ...user, sub: 'ada' })).not.toBeNull()
  })

  test.each([
    ['email', 'email_verified'],
    ['phone_number', 'phone_number_verified'],
  ])('%s and %s come from one answer', async (name, verified) => {
    const token = await merged({ ...INFO, [name]: 'eve' }, { sub: 'ada', [name]: 'ada', [verified]: true })
    expect([token?.claims[name], token?.claims[verified]]).toEqual(['eve', undefined])
    const other = await merged({ ...INFO, [verified]: true }, { sub: 'ada', [name]: 'ada', [verified]: false })
    expect([other?.claims[name], other?.claims[verified]]).toEqual([undefined, true])
    expect((await merged(INFO, { sub: 'ada', [name]: 'ada', [verified]: true }))?.claims).toMatchObject({ [name]: 'ada', [verified]: true })
  })
})
