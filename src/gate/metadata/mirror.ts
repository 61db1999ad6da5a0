/** This file checks whose metadata a gate serves beside its own (`mirror`), once, where it is built. */
import { fetchOption } from '../../lib/net/fetch-option.js'
import { andThen } from '../../lib/awaitable.js'
import { onDemand } from '../../lib/loaded.js'
import { checkOptions } from '../../lib/options.js'
import { webUrl } from '../../lib/net/web-url.js'
import type { Answer } from '../../answer.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Fetch } from '../../lib/net/bounded-fetch.js'
import type { GateRequest } from '../request/gate-request.js'

export interface MirrorOptions {
  /** Whose metadata. */
  readonly issuer: string
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch | undefined
}

/**
 * Answers requests for that metadata; undefined for any other request. What reads it is loaded by the first.
 *
 * @throws TypeError for what names no authorization server.
 */
export function mirroring(options: MirrorOptions, insecure: boolean): (request: GateRequest) => Awaitable<Answer> | undefined {
  checkOptions('mirror', options, ['issuer', 'fetch'])
  const { issuer } = options
  webUrl('mirror.issuer', issuer, { insecure })
  const mirrored = { issuer, fetch: fetchOption(options.fetch, 'mirror.fetch') }
  const metadata = onDemand(() => import('./authorization-server-metadata.js').then((reads) => new reads.AuthorizationServerMetadata(mirrored)))
  return (request) => (PATHS.includes(request.path) ? andThen(metadata(), (known) => known.answer(request)) : undefined)
}

const PATHS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
