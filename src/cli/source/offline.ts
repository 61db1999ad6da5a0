/** This file keeps the command off the network: keys come from a file, and every other question is one that nobody answers. */
import { discoveryUrls } from '../../jwt/keys/discovery.js'

/** Keys as an issuer's `jwks_uri` gives them, or none. */
export type Offline = { readonly keys: unknown } | undefined

/** Puts the place of the global `fetch` on that. `issuers`: whose discovery documents are there. Does NOT hold back a `fetch` that a config brings along. */
export async function withoutNetwork<T>(offline: Offline, issuers: () => readonly string[], work: () => Promise<T>): Promise<T> {
  if (offline === undefined) return work()
  const { fetch } = globalThis
  globalThis.fetch = async (request, init) => answerTo(request instanceof Request ? request : new Request(request, init), offline.keys, issuers())
  try {
    return await work()
  } finally {
    globalThis.fetch = fetch
  }
}

function answerTo({ method, url, headers }: Request, keys: unknown, issuers: readonly string[]): Response {
  // Keys are for everybody: whoever shows who he is asks for something else.
  if (method !== 'GET' || headers.has('authorization') || keys === undefined) throw new TypeError('not asked: --offline')
  const issuer = issuers.find((one) => URL.canParse(one) && discoveryUrls(one).includes(url))
  if (issuer !== undefined) return Response.json({ issuer, jwks_uri: new URL('/jwks-of-a-file', issuer).href })
  return Response.json(keys)
}
