/** The ways in which an authorization server is broken. */
import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'

export interface Fault {
  readonly name: string
  /** The documents it spoils. */
  readonly at: 'discovery' | 'keys' | 'either'
  /** False where good keys come through all the same. */
  readonly silences: boolean
  /** Answers in the fine answer's stead. */
  readonly answer: (response: ServerResponse, fine: FineAnswer) => void
}

/** What would have been answered. */
interface FineAnswer {
  /** Sends this text instead, as fine otherwise. */
  readonly send: (text: string) => void
  readonly document: Readonly<Record<string, unknown>>
  /** A place that nobody must ask: whoever does takes the keys of a stranger. */
  readonly trap: string
}

/** Known to the `fetch` that is handed in: nobody listens where it then asks. */
export const REFUSED = 'connection refused'

/** Known to the schedule: calls that meet one of these last until their timeout. */
export const HANGING: readonly string[] = ['never answers', 'headers, then nothing', 'dripping body']

/** Known to the schedule: keys are rotated while it is on its way. */
export const SLOW_ANSWER = 'slow, but fine'

export const FAULTS: readonly Fault[] = [
  fault(REFUSED, 'either', () => undefined),
  fault('connection reset', 'either', (response) => void response.socket?.resetAndDestroy()),
  fault('connection closed', 'either', (response) => void response.socket?.destroy()),
  fault('never answers', 'either', () => undefined),
  fault('headers, then nothing', 'either', (response) => response.writeHead(200, JSON_TYPE).flushHeaders()),
  fault('dripping body', 'either', (response) => {
    response.writeHead(200, JSON_TYPE)
    const drip = setInterval(() => void response.write(' '), 3)
    response.on('close', () => clearInterval(drip))
  }),
  fault('truncated body', 'either', (response, { document }) => {
    const text = JSON.stringify(document)
    response.writeHead(200, { ...JSON_TYPE, 'Content-Length': String(text.length) })
    response.write(text.slice(0, -20), () => void response.destroy())
  }),
  fault('huge body', 'either', (response, { document }) => {
    response.writeHead(200, JSON_TYPE).end(`${JSON.stringify(document).slice(0, -1)},"padding":"${HUGE}"}`)
  }),
  fault('gzip bomb', 'either', (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }).end(BOMB)
  }),
  fault('broken gzip', 'either', (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }).end(BOMB.subarray(0, 40))
  }),
  fault('no HTTP', 'either', (response) => void response.socket?.end('220 mail.example.com ESMTP\r\n')),
  fault('huge headers', 'either', (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'X-Padding': HUGE.slice(0, 100_000) }).end('{}')
  }),
  fault('HTML with 200', 'either', (response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>We are back soon</title>')
  }),
  fault('500', 'either', (response) => void response.writeHead(500).end('oops')),
  fault('503 with Retry-After', 'either', (response) => void response.writeHead(503, { 'Retry-After': '4' }).end()),
  fault('429', 'either', (response) => void response.writeHead(429, { 'Retry-After': 'soon' }).end()),
  fault('redirect elsewhere', 'either', (response, { trap }) => void response.writeHead(302, { Location: trap }).end()),
  fault('404', 'either', (response) => void response.writeHead(404).end('{}')),
  fault('401', 'either', (response) => void response.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end()),
  fault('no JSON object', 'either', (_, { send }) => send('[null]')),
  fault('invalid UTF-8', 'either', (response, { document }) => {
    const text = Buffer.from(JSON.stringify({ ...document, name: '?' }))
    text[text.lastIndexOf('?')] = 0xff
    response.writeHead(200, JSON_TYPE).end(text)
  }),
  fault('304 that nobody asked for', 'discovery', (response) => void response.writeHead(304).end()),
  fault('wrong issuer', 'discovery', (_, { send, document, trap }) => {
    send(JSON.stringify({ ...document, issuer: `${String(document.issuer)}/`, jwks_uri: trap }))
  }),
  fault('no jwks_uri', 'discovery', (_, { send, document }) => send(JSON.stringify({ issuer: document.issuer }))),
  fault('empty key set', 'keys', (_, { send }) => send('{"keys":[]}')),
  fault('key set of nothing but garbage', 'keys', (_, { send }) => send(JSON.stringify({ keys: GARBAGE }))),
  {
    // What it sends is as old as the request: a key that comes or goes meanwhile is not in it, or still.
    ...fault(SLOW_ANSWER, 'keys', (_, { send, document }) => {
      const text = JSON.stringify(document)
      setTimeout(() => send(text), 25)
    }),
    silences: false,
  },
  {
    ...fault('garbage beside good keys', 'keys', (_, { send, document }) => {
      const good = document.keys as readonly Record<string, unknown>[] // as the issuer wrote it
      // Five spoilt twins of each good key come first: more than the keys that are tried for one token.
      const spoilt = good.flatMap((key) => Array.from({ length: 5 }, () => ({ ...key, x: 'AAAA' })))
      send(`{"keys":[${DEEP},${JSON.stringify([...GARBAGE, ...spoilt, ...good]).slice(1)}}`)
    }),
    silences: false,
  },
]

function fault(name: string, at: Fault['at'], answer: Fault['answer']): Fault {
  return { name, at, silences: true, answer }
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const HUGE = 'x'.repeat(2 * 1024 * 1024)
const BOMB = gzipSync(Buffer.alloc(8 * 1024 * 1024, ' '))
// Deeper than what JSON.parse gives can be walked through by recursion.
const DEEP = `{"kty":"EC","x5c":${'['.repeat(50_000)}${']'.repeat(50_000)}}`

const GARBAGE: readonly unknown[] = [
  null,
  7,
  'key',
  [],
  {},
  { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' },
  { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'short' },
  { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'off-curve' },
  { kty: 'OKP', crv: 'Ed25519', x: 7, kid: ['list'] },
  { kty: 'EC', crv: 'P-256', use: 'enc', x: 'AAAA', y: 'AAAA', kid: 'for-encryption' },
  { kty: 'AKP', alg: 'ML-DSA-65', pub: 'AAAA', kid: 'of-tomorrow' },
]
