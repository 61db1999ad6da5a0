/** Reads keys that lie each at a URL of its own, as PEM: how AWS publishes those of its load balancers. */
import { exportJWK } from 'jose/key/export'
import { importSPKI } from 'jose/key/import'
import { AuthUnavailableError } from '../../errors.js'
import { fetchText } from '../../lib/net/fetch-text.js'
import { ownProperty } from '../../lib/own-property.js'
import { KeySet } from './key-set.js'
import type { JWK } from 'jose'
import type { KeyHttp } from './key-loader.js'
import type { KeySourceOptions } from './key-source.js'

/** Keys held at a time, and bytes of one: a load balancer signs with one at a time. */
const MAX_KEYS = 16
const MAX_BYTES = 8 * 1024

/** Reads the key that is wanted and those that are held anew, so that one which was taken away goes. */
export function fetchNamedKeys(url: string, http: KeyHttp): KeySourceOptions['load'] {
  return async ({ held, wanted, failures }) => {
    const names = new Set([...namesIn(held), ...(wanted === undefined ? [] : [wanted])])
    const read = [...names].slice(-MAX_KEYS).map((name) => keyNamed(name, url, { ...http, retry: failures === 0 }))
    return { set: new KeySet((await Promise.all(read)).filter((key) => key !== undefined)), partial: true }
  }
}

function namesIn(held: KeySet | undefined): readonly string[] {
  return (held?.toJSON().keys ?? []).map((key) => ownProperty(key, 'kid')).filter((kid) => typeof kid === 'string')
}

async function keyNamed(name: string, url: string, http: KeyHttp): Promise<JWK | undefined> {
  // Whoever sent the token wrote it, and it becomes part of a URL.
  if (!/^[\w-]{1,64}$/.test(name)) return undefined
  const { kind, text } = await fetchText(`${url}/${name}`, { ...http, maxBytes: MAX_BYTES })
  if (kind !== 'found') return undefined
  try {
    return { ...(await exportJWK(await importSPKI(text, 'ES256', { extractable: true }))), kid: name }
  } catch {
    throw new AuthUnavailableError(`there is no public key at ${new URL(url).host}`)
  }
}
