/** A herd: ten thousand requests with the same opaque token that nobody has seen, and how often the authorization server is asked. */
import { createServer } from 'node:http'
import { answer } from '../lib/part.js'
import { AUDIENCE } from './tokens.js'

/** @typedef {{ requests: number, calls: number, milliseconds: number }} Herd */

/** Milliseconds in which the authorization server answers. */
const TAKES = 20

answer(async (/** @type {{ requests: number, library: string }} */ { requests, library }) => {
  const { allowInsecureHttp, clientSecretBasic, IntrospectionProvider } = await import(new URL('src/index.js', new URL(library)).href)
  const idp = await startIdentityProvider()
  const options = { endpoint: idp.url, audience: AUDIENCE, clientAuth: clientSecretBasic('mcp', 'a secret'), timeout: 30, [allowInsecureHttp]: true }
  const provider = new IntrospectionProvider(options)
  await provider.verifyToken('another, so that everything is loaded'.replaceAll(/\W+/g, '-'))
  idp.calls = 0
  const before = performance.now()
  const answers = await Promise.all(Array.from({ length: requests }, () => provider.verifyToken(unseen())))
  const milliseconds = performance.now() - before
  if (!answers.every((one) => one?.subject === 'ada')) throw new Error('one of the herd was refused')
  return { requests, calls: idp.calls, milliseconds }
})

/** The same text, and a string that nobody has hashed yet, as from a socket. */
function unseen() {
  return Buffer.from('unseen-1f8e2c07').toString('latin1')
}

async function startIdentityProvider() {
  const idp = { calls: 0, url: '' }
  const body = JSON.stringify({ active: true, sub: 'ada', aud: AUDIENCE, exp: Math.floor(Date.now() / 1000) + 3600 })
  const server = createServer((_request, response) => {
    idp.calls += 1
    setTimeout(() => response.setHeader('content-type', 'application/json').end(body), TAKES)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the authorization server has no port')
  idp.url = `http://127.0.0.1:${address.port}/introspect`
  return idp
}
