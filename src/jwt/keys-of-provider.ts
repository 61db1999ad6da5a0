/** Makes the keys that a provider looks in, or takes those that it was given. */
import { keysFor, laterIssuers } from './jwt-options.js'
import { FILE_AGE, keyOrigin } from './key-origin.js'
import { IssuerKeys } from './keys/issuer-keys.js'
import type { Listeners } from '../events.js'
import type { ProviderContext } from '../provider-context.js'
import type { JwtOptions } from './jwt-options.js'

/** @throws TypeError for an option that is wrong. */
export function keysOf(options: JwtOptions & { introspect?: unknown }, { issuers, context, listeners }: Owner): IssuerKeys {
  const { jwks, jwksFile, keys: given = {} } = options
  if (typeof given === 'object' && given !== null && keysFor in given) return given[keysFor](options)
  const keys = jwksFile === undefined ? given : { maxAge: FILE_AGE, ...given }
  return new IssuerKeys({
    issuers,
    later: options[laterIssuers],
    load: keyOrigin({ ...options, keys }, context.closed),
    keys,
    now: context.now,
    random: Math.random,
    provider: context.provider,
    listeners: jwks === undefined ? listeners : undefined, // of those in hand there is nothing to tell
  })
}

interface Owner {
  readonly issuers: readonly string[]
  readonly context: Pick<ProviderContext, 'closed' | 'now' | 'provider'>
  readonly listeners: Pick<Listeners, 'observe'>
}
