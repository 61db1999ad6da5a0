// What is asked of django-oauth-toolkit, which has opaque tokens, no audience, and no introspection endpoint in its discovery.
import assert from 'node:assert/strict'
import { clientSecretBasic, IntrospectionProvider } from '../../dist/src/index.js'
import { isUnknown, post, taken, told } from './oauth.js'

const ADA = { grant_type: 'password', username: 'ada', password: 'ada-lovelace-1815', scope: 'notes:read' }

const tokensFor = ({ origin, clients }, parameters = ADA) => post(`${origin}/o/token/`, clients.caller, parameters)
const provider = ({ origin, clients }, options) =>
  told(
    (observe) =>
      new IntrospectionProvider({
        endpoint: `${origin}/o/introspect/`,
        audience: clients.caller.id,
        audienceClaims: 'client_id',
        subjectClaim: 'username',
        clientAuth: clientSecretBasic(clients.server.id, clients.server.secret),
        observe,
        ...options,
      }),
  )

export const DJANGO = {
  questions: {
    'a token is taken by its client_id, with its scopes': async (world) => {
      world.kept.provider = provider(world)
      world.kept.tokens = await tokensFor(world)
      const token = await taken(world.kept.provider, world.kept.tokens.access_token)
      assert.deepEqual(token.scopes, ['notes:read'])
      assert.equal(token.clientId, world.clients.caller.id)
      assert.equal(token.subject, 'ada')
      assert.ok(token.expiresAt > Date.now() / 1000)
    },
    'a token of another client is refused': async (world) => {
      const { provider: other } = provider(world, { audience: 'another-client' })
      assert.equal(await other.verifyToken(world.kept.tokens.access_token), null)
    },
    'a token that nobody issued is refused': async (world) => {
      assert.equal(await world.kept.provider.provider.verifyToken('nobody-issued-this'), null)
    },
    'a refresh gives a token that is taken, and ends the one before': async (world) => {
      const { access_token: before, refresh_token: token } = world.kept.tokens
      const { access_token: after } = await tokensFor(world, { grant_type: 'refresh_token', refresh_token: token })
      await taken(world.kept.provider, after)
      world.kept.young = after
      assert.equal(await world.kept.provider.provider.verifyToken(before, { maxAge: 0 }), null)
    },
    'a token that is revoked is refused': async (world) => {
      const { access_token: token } = await tokensFor(world)
      await taken(world.kept.provider, token)
      await post(`${world.origin}/o/revoke_token/`, world.clients.caller, { token })
      assert.equal(await world.kept.provider.provider.verifyToken(token, { maxAge: 0 }), null)
    },
    'a wrong secret is a 403, and told of as that': async (world) => {
      const { provider: wrong, last } = provider(world, { clientAuth: clientSecretBasic(world.clients.server.id, 'wrong') })
      await isUnknown(wrong, 'a-token')
      assert.equal(last('credentials_refused').fault, 'forbidden')
    },
    'an endpoint without its slash is a redirect, and the event says what to set': async (world) => {
      const { provider: wrong, last } = provider(world, { endpoint: `${world.origin}/o/introspect` })
      await isUnknown(wrong, 'a-token')
      assert.match(last('endpoint_unavailable').message, /with a slash at its end: set that one/)
    },
    'a discovery that is not found says what to set': async (world) => {
      const { provider: wrong, last } = provider(world, { endpoint: undefined, issuer: `${world.origin}/o` })
      await isUnknown(wrong, 'a-token')
      assert.match(last('unavailable').message, /answered 301, to the same URL with a slash.*openid-configuration/)
    },
  },
  outage: {
    'a token that was just asked about is still taken': async (world) => void (await taken(world.kept.provider, world.kept.young)),
    'nobody knows about another': async (world) => isUnknown(world.kept.provider.provider, 'another-token'),
  },
}
