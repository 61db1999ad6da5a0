/** This file knows the vendor of an authorization server by the way its issuer is written. */
import * as presets from '../../../providers/presets/index.js'
import type { Hints } from '../../jwt/rules/hints.js'

export interface Vendor {
  /** The name of the preset. */
  readonly preset: keyof typeof SHAPES
  /** Its options, without the audience. */
  readonly options: Readonly<Record<string, string>>
  /** What to do about a refusal, in the words of the vendor. */
  readonly hints: Hints
}

/** By preset: how its issuers are written, with its options in it. */
const SHAPES = {
  keycloak: /^(?<url>https?:\/\/[^?#]+)\/realms\/(?<realm>[\w~-][\w.~-]*)$/,
  auth0: /^https:\/\/(?<domain>[a-z0-9-]+(?:\.[a-z]{2})?\.auth0\.com)\/$/,
  okta: /^https:\/\/(?<domain>[a-z0-9-]+\.okta(?:preview)?\.com)\/oauth2\/(?<server>[\w-]+)$/,
  entra: /^https:\/\/login\.microsoftonline\.com\/(?<tenant>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0$/,
  authentik: /^(?<url>https?:\/\/[^/?#]+)\/application\/o\/(?<application>[\w-]+)\/$/,
  zitadel: /^https:\/\/(?<domain>[a-z0-9-]+\.zitadel\.cloud)$/,
} as const satisfies Partial<Record<keyof typeof presets, RegExp>>

/** Undefined for an issuer that could be anybody's. */
export function vendorOf(issuer: string): Vendor | undefined {
  const names = Object.keys(SHAPES) as (keyof typeof SHAPES)[] // the keys of a constant of ours
  const preset = names.find((name) => SHAPES[name].test(issuer))
  if (preset === undefined) return undefined
  const options = { ...SHAPES[preset].exec(issuer)?.groups }
  const make: (options: never) => { readonly hints?: Hints | undefined } = presets[preset]
  return { preset, options, hints: make({ ...options, audience: 'any' } as never).hints ?? {} } // the groups are its options
}
