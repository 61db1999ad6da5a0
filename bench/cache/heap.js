/** Looks for the text of tokens in the heap of a process that remembers them. Prints what it found as JSON; a process of its own. */
import { createHmac } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { AUDIENCE, Issuer, ISSUER } from '../lib/issuer.js'

/** @typedef {{ remembered: number, found: number, control: boolean }} HeapFinding */

const COUNT = 100
const library = new URL(process.argv[2] ?? '../../dist/', import.meta.url)
const { accept, clientSecretBasic, IntrospectionProvider, JwksProvider, StandardProvider } = await import(new URL('src/index.js', library).href)

setFlagsFromString('--heap-snapshot-string-limit=1000000') // or it would cut what is longer than a kilobyte

const issuer = new Issuer('EdDSA')
const answer = { active: true, sub: 'ada', aud: AUDIENCE, scope: 'orders:read', exp: Math.floor(Date.now() / 1000) + 3600 }

class Sessions extends StandardProvider {
  async check() {
    return accept(answer)
  }
}

/** Makers of tokens, and who remembers them. */
const PROVIDERS = [
  { provider: new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: issuer.jwks }), token: () => issuer.token() },
  { provider: new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: issuer.jwks, cache: { claims: { keep: ['email'] } } }), token: () => issuer.token() },
  {
    provider: new IntrospectionProvider({
      endpoint: 'https://id.example.com/introspect',
      audience: AUDIENCE,
      clientAuth: clientSecretBasic('mcp', 'a secret'),
      fetch: async () => Response.json(answer),
    }),
    token: opaque,
  },
  { provider: new Sessions(), token: opaque },
]

const pieces = await piecesShown()
const held = PROVIDERS.reduce((total, { provider }) => total + provider.stats().accepted.entries, 0)
if (held !== COUNT * PROVIDERS.length) throw new Error('not all of them are remembered')
const control = opaque()
const kept = new Map([[control, true]]) // what people do: the token itself as the key
const controlPieces = piecesOf(control)

'some other text'.match(/other/) // V8 keeps the text of the last match as RegExp.$_, until the next one takes its place

const snapshot = snapshotOfHeap()
const finding = {
  remembered: held,
  found: pieces.filter((piece) => snapshot.includes(piece)).length,
  control: kept.size === 1 && controlPieces.every((piece) => snapshot.includes(piece)),
}
console.log(JSON.stringify(finding))

function opaque() {
  return createHmac('sha512', 'any').update(String(Math.random())).digest('base64url')
}

/**
 * Shows tokens to all providers. Gives what is searched for: as bytes outside the heap, or the search would find itself.
 * Over before the heap is looked at: what still runs then holds its last token.
 */
async function piecesShown() {
  const pieces = []
  for (const { provider, token } of PROVIDERS) {
    for (let count = 0; count < COUNT; count += 1) {
      const text = token()
      pieces.push(...piecesOf(text))
      if ((await provider.verifyToken(text)) === null) throw new Error('a good token was refused')
    }
  }
  return pieces
}

/** The signature and the changing part of the claims; of an opaque token, all of it. @param {string} token */
function piecesOf(token) {
  const [, payload = '', signature = token] = token.split('.')
  const pieces = [signature, ...(payload === '' ? [] : [payload])]
  return pieces.map((piece) => Buffer.from(piece, 'latin1'))
}

function snapshotOfHeap() {
  const file = join(tmpdir(), `bearer-auth-providers-${process.pid}.heapsnapshot`)
  try {
    writeHeapSnapshot(file)
    return readFileSync(file)
  } finally {
    rmSync(file, { force: true })
  }
}
