/** Supabase Auth. @see https://supabase.com/docs/guides/auth/jwts (2026-11) */
import { baseOf, checkPreset, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export type SupabaseOptions = Roles & {
  /** What tokens have in `aud`: `'authenticated'`, unless a hook of yours writes another. It is the same for all that the project does. */
  audience: Audience
  /** Takes users who signed in without saying who they are, too. Default false. */
  anonymous?: boolean
} & (
    | { /** The reference of the project: `abcdefghijklmnopqrst`. */ project: string; url?: never }
    | { /** Where Supabase is, if it is your own: `https://supabase.example.com`. */ url: string; project?: never }
  )

/**
 * Access tokens of a project with asymmetric signing keys. They have no scopes: `roles` maps `app_metadata.roles`, which only
 * your server can write. `user_metadata` is written by users themselves; never map it.
 * Not certain: that `is_anonymous` is in the tokens of every version.
 */
export function supabase(options: SupabaseOptions): JwtPreset {
  checkPreset('supabase', options, ['project', 'url', 'audience', 'anonymous', 'roles'])
  const { project, url, audience, anonymous = false, roles } = options
  if ((project === undefined) === (url === undefined)) throw new TypeError('give "project", or "url" for a Supabase of your own')
  const origin = url === undefined ? `https://${wordOf('project', project, 'abcdefghijklmnopqrst')}.supabase.co` : baseOf('url', url, 'https://supabase.example.com')
  return {
    name: 'supabase',
    issuer: `${origin}/auth/v1`,
    jwksUri: `${origin}/auth/v1/.well-known/jwks.json`,
    audience,
    scopes: scopesBy(['app_metadata.roles', roles]),
    requiredClaims: ['sub'],
    rules: anonymous ? [] : [{ claim: 'is_anonymous', accepts: (value) => value === undefined || value === false, hint: 'Supabase: the user signed in anonymously; anonymous: true takes such tokens' }],
    hints: {
      unsupported_algorithm: 'Supabase: the project signs with the legacy secret (HS256); migrate to asymmetric JWT signing keys in the settings of the project',
      wrong_audience: 'Supabase: "aud" is "authenticated" for users who signed in; keys of the project and of the role anon are no tokens of users',
    },
  }
}
