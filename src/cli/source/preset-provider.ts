/** This file makes a provider of a preset's name and words, or of an issuer and an audience alone. */
import { chosenByTenant } from '../../jwt/keys/discovery.js'
import type { BearerAuthProvider } from '../../provider.js'
import type { ClientAuth } from '../../introspection/client-auth/client-auth.js'

/** Options in words: one value is a text, several are a list. */
export type Words = Readonly<Record<string, string | readonly string[]>>

export interface PresetChoice {
  /** Undefined: the words are options of `JwksProvider`, or with `clientAuth` of `IntrospectionProvider`. */
  readonly preset: string | undefined
  readonly words: Words
  /** Client id and secret, for those who are asked about tokens. */
  readonly client: readonly [id: string, secret: string] | undefined
  readonly insecure: boolean
  /** Follows no document of the issuer into this network: for an issuer that is only looked at. Default: as a server would. */
  readonly wary?: boolean
}

/** @throws TypeError for what a preset or a provider does not take. */
export async function presetProvider({ preset, words, client, insecure, wary = false }: PresetChoice): Promise<BearerAuthProvider> {
  const [{ allowInsecureHttp }, { clientSecretBasic }] = await Promise.all([import('../../lib/net/web-url.js'), import('../../introspection/client-auth/client-auth.js')])
  const given = { ...words, ...(client !== undefined && { clientAuth: clientSecretBasic(...client) }) }
  const made = preset === undefined ? given : await madeBy(preset, given)
  const options = { ...made, ...(insecure && { [allowInsecureHttp]: true as const }), ...(wary && { [chosenByTenant]: true as const }) } as unknown as Made
  if (options.tokenInfo !== undefined) return new (await import('../../../providers/userinfo.js')).UserInfoProvider(options)
  if (options.clientAuth !== undefined) return new (await import('../../../providers/introspection.js')).IntrospectionProvider(options)
  return new (await import('../../../providers/jwks.js')).JwksProvider(options)
}

async function madeBy(preset: string, options: object): Promise<object> {
  const presets = new Map<string, unknown>(Object.entries(await import('../../../providers/presets/index.js')))
  const make = presets.get(preset)
  if (typeof make !== 'function') throw new TypeError(`"preset" must be one of ${[...presets.keys()].join(', ')}`)
  return (make as (options: object) => object)(options) // each checks what it is given
}

/** Whatever it is: each provider checks its options where it is made. */
type Made = ConstructorParameters<typeof import('../../../providers/jwks.js').JwksProvider>[0] &
  ConstructorParameters<typeof import('../../../providers/introspection.js').IntrospectionProvider>[0] &
  ConstructorParameters<typeof import('../../../providers/userinfo.js').UserInfoProvider>[0] & { readonly clientAuth?: ClientAuth }
