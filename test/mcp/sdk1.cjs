/** A program in CommonJS: requires this package as built, and the SDK's CommonJS copy. Prints what becomes of a token. */
const { InvalidTokenError } = require('@modelcontextprotocol/sdk/server/auth/errors.js')
const { requireBearerAuth } = require('@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js')
const { StaticProvider } = require('bearer-auth-providers')
const { tokenVerifier } = require('bearer-auth-providers/mcp')
const express = require('express')

const GOOD = 'a-good-token.0123456789'

async function outcome(options) {
  const provider = new StaticProvider({ [GOOD]: { claims: { sub: 'ci' } } })
  const app = express().post('/mcp', requireBearerAuth({ verifier: tokenVerifier(provider, options) }), (req, res) => res.json(req.auth))
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  const ask = (token) => fetch(`http://127.0.0.1:${server.address().port}/mcp`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } })
  const good = await ask(GOOD)
  const bad = await ask('a-bad-token')
  server.closeAllConnections()
  server.close()
  return { good: good.status, bad: bad.status, challenge: bad.headers.get('WWW-Authenticate') }
}

async function main() {
  const esm = await import('@modelcontextprotocol/sdk/server/auth/errors.js')
  const outcomes = {
    'its own class': await outcome({ InvalidTokenError }),
    'no class': await outcome({}),
    'the class of the ESM copy': await outcome({ InvalidTokenError: esm.InvalidTokenError }),
  }
  process.stdout.write(JSON.stringify(outcomes))
}

void main()
