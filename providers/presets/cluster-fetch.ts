/** A `fetch` for the API server of the cluster that a pod runs in: its certificate authority and our credential lie in files. */
import type { Fetch } from '../../src/lib/net/bounded-fetch.js'

export interface ClusterFiles {
  /** PEM. */
  readonly caFile: string
  /** The pod's own token, which is renewed every hour. */
  readonly tokenFile: string
}

/** No answer of ours is larger. */
const MAX_BYTES = 1024 * 1024

/** Reads both files for each request. For Node and what has its modules; the credential goes to `origin` and nowhere else. */
export function clusterFetch(origin: string, { caFile, tokenFile }: ClusterFiles): Fetch {
  return async (place, { headers: given, signal }) => {
    const url = new URL(place)
    if (url.origin !== origin) throw new TypeError(`this credential is for ${origin} alone`)
    const [{ readFile }, { request }] = await Promise.all([import('node:fs/promises'), import('node:https')])
    const [ca, token] = await Promise.all([readFile(caFile), readFile(tokenFile, 'utf8')])
    const headers = { ...given, Authorization: `Bearer ${token.trim()}` }
    return new Promise((resolve, reject) => {
      const asked = request(url, { ca, headers, ...(signal && { signal }) }, (answer) => {
        const chunks: Uint8Array<ArrayBuffer>[] = []
        let size = 0
        answer.on('data', (chunk: Uint8Array<ArrayBuffer>) => {
          chunks.push(chunk)
          size += chunk.byteLength
          if (size > MAX_BYTES) answer.destroy(new Error('the answer is too large'))
        })
        answer.on('error', reject)
        answer.on('end', () => resolve(responseOf(answer.statusCode ?? 500, answer.headers, chunks)))
      })
      asked.on('error', reject)
      asked.end()
    })
  }
}

function responseOf(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, chunks: readonly Uint8Array<ArrayBuffer>[]): Response {
  const body = status === 204 || status === 304 ? null : new Blob([...chunks])
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return new Response(body, { status, headers: texts })
}
