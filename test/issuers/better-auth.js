// What is asked of Better Auth: JWTs for the resource by the preset, and opaque tokens by introspection.
import assert from 'node:assert/strict'
import { clientSecretBasic, IntrospectionProvider, JwksProvider } from '../../dist/src/index.js'
import { betterAuth } from '../../dist/providers/presets/index.js'
import { isUnknown, post, taken, told } from './oauth.js'

const RESOURCE = 'https://mcp.example.com/mcp'

const url = (origin) => `${origin}/api/auth`
const tokenFor = async ({ origin, clients }, parameters) => {
  const { access_token: token } = await post(`${url(origin)}/oauth2/token`, clients.caller, { grant_type: 'client_credentials', ...parameters })
  return token
}
const jwtFor = (world) => tokenFor(world, { resource: RESOURCE })
const byPreset = ({ origin }) => told((observe) => new JwksProvider({ ...betterAuth({ url: url(origin), audience: RESOURCE }), observe }))
const byIntrospection = ({ origin }, { id, secret }, options) => {
  const common = { issuer: url(origin), audience: RESOURCE, clientAuth: clientSecretBasic(id, secret) }
  return told((observe) => new IntrospectionProvider({ ...common, observe, ...options }))
}

export const BETTER_AUTH = {
  env: { RESOURCE },
  questions: {
    'a JWT for the resource is taken by the preset, with its scopes': async (world) => {
      world.kept.preset = byPreset(world)
      const token = await taken(world.kept.preset, await jwtFor(world))
      assert.equal(token.issuer, url(world.origin))
      assert.equal(token.clientId, world.clients.caller.id)
      assert.deepEqual(token.scopes, ['notes:read'])
    },
    'a JWT for the resource is no token for another audience': async (world) => {
      const { provider, last } = told((observe) => new JwksProvider({ ...betterAuth({ url: url(world.origin), audience: 'https://other.example.com' }), observe }))
      assert.equal(await provider.verifyToken(await jwtFor(world)), null)
      assert.match(last('rejected').hint, /resources of the server/)
    },
    'a token without resource is opaque, and the hint says so': async (world) => {
      const { provider, last } = byPreset(world)
      assert.equal(await provider.verifyToken(await tokenFor(world)), null)
      assert.match(last('rejected').hint, /asked for no resource/)
    },
    'a JWT can be introspected by a client that is linked to the resource': async (world) => {
      world.kept.introspection = byIntrospection(world, world.clients.server)
      world.kept.jwt = await jwtFor(world)
      const token = await taken(world.kept.introspection, world.kept.jwt)
      assert.deepEqual(token.scopes, ['notes:read'])
    },
    'a JWT is inactive to a client that is not, and the hint says what that may be': async (world) => {
      const { provider, last } = byIntrospection(world, world.clients.stranger)
      assert.equal(await provider.verifyToken(await jwtFor(world)), null)
      assert.match(last('rejected').hint, /not for this client to ask about/)
    },
    'an opaque token is good to its own client only, by its client_id, and until it is revoked': async (world) => {
      const options = { audience: world.clients.caller.id, audienceClaims: 'client_id' }
      const token = await tokenFor(world)
      assert.equal(await byIntrospection(world, world.clients.server, options).provider.verifyToken(token), null)
      const own = byIntrospection(world, world.clients.caller, options)
      await taken(own, token)
      await post(`${url(world.origin)}/oauth2/revoke`, world.clients.caller, { token })
      assert.equal(await own.provider.verifyToken(token, { maxAge: 0 }), null)
    },
    'a wrong secret is told of as such': async (world) => {
      const { provider, last } = byIntrospection(world, { ...world.clients.server, secret: 'wrong' })
      await isUnknown(provider, await jwtFor(world))
      assert.equal(last('credentials_refused').fault, 'credentials')
    },
    'tokens of a new key are taken at once': async (world) => {
      await fetch(`${world.origin}/rotate`)
      await taken(world.kept.preset, await jwtFor(world))
      world.kept.unseen = await jwtFor(world)
      assert.notEqual(world.kept.preset.last('keys_rotated'), undefined)
    },
  },
  outage: {
    'a JWT that nobody saw before is taken, by a key at hand': async (world) => void (await taken(world.kept.preset, world.kept.unseen)),
    'nobody knows about a JWT whose keys were never read': async (world) => isUnknown(byPreset(world).provider, world.kept.unseen),
    'nobody knows about a token that must be asked about': async (world) => isUnknown(world.kept.introspection.provider, world.kept.jwt, { maxAge: 0 }),
  },
}
