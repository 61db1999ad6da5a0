// What @modelcontextprotocol/conformance has for authorization servers, against the demo's. It has nothing for resource
// servers, and its scenarios for clients bring servers of their own, whose tokens nobody else can check.
import assert from 'node:assert/strict'
import test from 'node:test'
import { no, yes } from '../../build/demo/person.js'
import { freePort } from '../free-port.js'
import { demo, somebody } from './demo.js'
import { findings, scenarios, suite } from './suite.js'

async function authorizationSuite(t, answer) {
  const { url, identityProvider } = await demo(t)
  const port = await freePort() // the suite wants to be told where to listen
  const { client_id } = await registered(identityProvider, `http://127.0.0.1:${port}/callback`)
  const args = ['--url', identityProvider.issuer, '--client-id', client_id, '--resource', url, '--port', `${port}`]
  const { read } = somebody(url, answer)
  return findings(await suite(t, ['authorization', ...args], read))
}

test('the demo\u2019s authorization server passes', async (t) => {
  assert.deepEqual(await authorizationSuite(t, yes), {
    'authorization-server-authorization-code-grant': ['SUCCESS authorization-code-grant'],
    'authorization-server-authorization-server-metadata-endpoint': [
      'SUCCESS authorization-server-metadata',
      // It registers clients by RFC 7591 only.
      'WARNING authorization-server-metadata-cimd',
    ],
  })
})

test('it does not where the person says no', async (t) => {
  const found = await authorizationSuite(t, no)
  assert.deepEqual(found['authorization-server-authorization-code-grant'], ['FAILURE authorization-code-grant'])
})

test('of DPoP it has scenarios for clients only: a server\u2019s checks have no peer there yet', async (t) => {
  const listed = await scenarios(t)
  assert.deepEqual(Object.keys(listed), ['Server', 'Client', 'Authorization server'])
  const about = (kind) => listed[kind].filter((name) => name.includes('dpop'))
  assert.deepEqual([about('Server'), about('Client'), about('Authorization server')], [[], ['auth/dpop', 'auth/dpop-nonce'], []])
})

async function registered({ issuer }, redirectUri) {
  const { registration_endpoint } = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()
  const body = JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' })
  const answer = await fetch(registration_endpoint, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  assert.equal(answer.status, 201)
  return answer.json()
}
