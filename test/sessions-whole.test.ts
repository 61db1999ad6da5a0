/** Whose session it is, from the answer of an authorization server to the gate: what is one person's never serves another. */
import { afterEach, describe, expect, test } from 'vitest'
import { boundSessions, ChainProvider, clientSecretBasic, IntrospectionProvider, Revocations, UserInfoProvider, withAccessToken } from '../src/index.js'
import { faultEndpoint, json } from './introspection/fault-endpoint.js'
import { AUDIENCE, clock, START } from './oauth-kit.js'
import type { AccessToken, BearerAuthProvider, IntrospectionProviderOptions } from '../src/index.js'

const open: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** An authorization server that answers by token, and a provider that asks it. */
async function server(answers: Readonly<Record<string, object>>, options: Partial<IntrospectionProviderOptions> = {}) {
  const idp = await faultEndpoint()
  idp.answer((response, question) => json(answers[question.body.get('token') ?? ''] ?? { active: false })(response, question))
  const provider = new IntrospectionProvider({
    ...{ endpoint: `${idp.issuer}/introspect`, audience: AUDIENCE, clientAuth: clientSecretBasic('notes', 'secret'), now: clock().now, cache: false },
    ...options,
  } as IntrospectionProviderOptions)
  open.push(idp, provider)
  return { idp, provider }
}

async function tokenOf(provider: BearerAuthProvider, token: string): Promise<AccessToken> {
  const verified = await provider.verifyToken(token)
  if (verified === null) throw new Error(`${token} was refused`)
  return verified
}

// https://django-oauth-toolkit.readthedocs.io/en/latest/resource_server.html: no `sub`, no `aud`, no `iss`.
const django = (username: string) => ({ active: true, scope: 'read', client_id: 'app', username, exp: START + 600 })
const FOR_CLIENT = { audience: ['app'], audienceClaims: 'client_id' } as const

describe('django-oauth-toolkit, which names users by "username" only', () => {
  const sessions = boundSessions()
  const answers = { ada: django('ada'), eve: django('eve') }

  test('gives nobody a session as it is, and says what to set', async () => {
    const { provider } = await server(answers, FOR_CLIENT)
    const ada = await tokenOf(provider, 'ada')
    expect(ada.subject).toBeUndefined()
    expect(() => withAccessToken(ada, sessions.newId)).toThrow(/set "subjectClaim"/)
  })

  test('gives each user a session of their own by subjectClaim', async () => {
    const { provider } = await server(answers, { ...FOR_CLIENT, subjectClaim: 'username' })
    const [ada, eve] = [await tokenOf(provider, 'ada'), await tokenOf(provider, 'eve')]
    const id = withAccessToken(ada, sessions.newId)
    expect([ada.subject, sessions.belongsTo(id, ada), sessions.belongsTo(id, eve)]).toEqual(['ada', true, false])
  })

  test('keeps the subject in a slim memory', async () => {
    const { provider } = await server(answers, { ...FOR_CLIENT, subjectClaim: 'username', cache: { claims: { keep: [] } } })
    await tokenOf(provider, 'ada')
    expect((await tokenOf(provider, 'ada')).subject).toBe('ada')
  })

  test('no schema and no enrichment makes somebody else of the subject', async () => {
    const enrich = () => ({ username: 'root' })
    const { provider } = await server(answers, { ...FOR_CLIENT, subjectClaim: 'username', enrich })
    expect((await tokenOf(provider, 'ada')).subject).toBe('ada')
  })

  test.each(['', 5])('refuses %j for a claim', async (subjectClaim) => {
    await expect(server(answers, { ...FOR_CLIENT, subjectClaim: subjectClaim as string })).rejects.toThrow(/"subjectClaim" must name a claim/)
  })
})

describe('a revocation of a subject', () => {
  test.each(['ada', '4711'])('finds a token by subjectClaim and by its own sub: %s', async (sub) => {
    const revocations = new Revocations({ now: clock().now })
    const { provider } = await server({ ada: { ...django('ada'), sub: '4711' }, eve: django('eve') }, { ...FOR_CLIENT, subjectClaim: 'username', revocations })
    await tokenOf(provider, 'ada')
    await revocations.revoke({ sub })
    expect(await provider.verifyToken('ada')).toBeNull()
    await tokenOf(provider, 'eve')
  })
})

describe('two authorization servers that number their users', () => {
  const answers = { seven: { active: true, sub: '7', aud: AUDIENCE, exp: START + 600 } }

  test.each<[string, object, object]>([
    ['with a name each', { name: 'one' }, { name: 'two' }],
    ['that nobody named', {}, {}],
  ])('%s: one server\'s user 7 has no session of the other\'s', async (_, first, second) => {
    const one = await server(answers, { ...first, prefix: 'one_' })
    const two = await server({ ...answers }, { ...second, prefix: 'two_' })
    one.idp.answer(answers.seven)
    two.idp.answer(answers.seven)
    const chain = new ChainProvider([one.provider, two.provider])
    const sessions = boundSessions()
    const [ours, theirs] = [await tokenOf(chain, 'one_7'), await tokenOf(chain, 'two_7')]
    const id = withAccessToken(ours, sessions.newId)
    expect([sessions.belongsTo(id, ours), sessions.belongsTo(id, theirs)]).toEqual([true, false])
  })

  test('an issuer that its answers do not name is the provider\'s own', async () => {
    const { provider, idp } = await server({}, {})
    const named = new IntrospectionProvider({ issuer: idp.issuer, endpoint: `${idp.issuer}/introspect`, audience: AUDIENCE, clientAuth: clientSecretBasic('a', 'b'), now: clock().now })
    open.push(named)
    idp.answer(answers.seven)
    expect([(await tokenOf(named, 'x')).issuer, (await tokenOf(provider, 'x')).issuer]).toEqual([idp.issuer, undefined])
  })

  test('two members of a chain with the same given name are refused', async () => {
    const [one, two] = [await server({}, { name: 'idp' }), await server({}, { name: 'idp' })]
    expect(() => new ChainProvider([one.provider, two.provider])).toThrow(/two providers of the chain are called "idp"/)
  })
})

test('an empty name is no name, in an answer of introspection', async () => {
  const { provider } = await server({ x: { active: true, sub: '', client_id: '', jti: '', username: '', aud: AUDIENCE, exp: START + 600 } })
  const { claims, subject, clientId } = await tokenOf(provider, 'x')
  expect([subject, clientId, Object.keys(claims)]).toEqual([undefined, undefined, ['aud', 'exp']])
})

test('half of a character is no text, in an answer of introspection', async () => {
  const { provider } = await server({ x: { active: true, sub: 'a\ud800', aud: AUDIENCE, exp: START + 600 } })
  expect(await provider.verifyToken('x')).toBeNull()
})

test('UserInfoProvider takes subjectClaim too', () => {
  expect(() => new UserInfoProvider({ subjectClaim: '', audience: 'a' } as never)).toThrow(/"subjectClaim"/)
})
