/** SPIFFE workloads, by JWT-SVID. @see https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md (2026-07) */
import { jwtSvidFormat } from '../../src/jwt/formats/jwt-svid.js'
import { tokenFormat } from '../../src/jwt/formats/token-format.js'
import { checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { KeysInHand, OneOrMore, WorkloadPreset } from './preset.js'
import type { Subjects } from './scope-tables.js'

export type SpiffeOptions = Subjects & {
  /** `example.org`: the only one whose workloads are taken. */
  trustDomain: string
  /** What the workload asks for. */
  audience: OneOrMore
  /** What tokens have in `iss`, where SPIRE was told to write one (`jwt_issuer`). Tokens without are taken in any case. */
  issuer?: string
} & (
    | { /** The bundle endpoint of the trust domain. */ bundleUrl: string; bundle?: never; bundleFile?: never }
    | { /** The bundle itself. */ bundle: KeysInHand; bundleUrl?: never; bundleFile?: never }
    | { /** A file with the bundle, which somebody renews. */ bundleFile: string; bundle?: never; bundleUrl?: never }
  )

/**
 * JWT-SVIDs of one trust domain, verified by its bundle: keys with the use `jwt-svid`, and never those for certificates. Their
 * issuer is the trust domain (`AccessToken.issuer` is `spiffe://example.org`). They have no scopes: `subjects` gives some by
 * SPIFFE ID. A bundle endpoint that wants a certificate of SPIFFE's own needs a `fetch` that brings it.
 */
export function spiffe(options: SpiffeOptions): WorkloadPreset {
  checkPreset('spiffe', options, ['trustDomain', 'audience', 'issuer', 'bundleUrl', 'bundle', 'bundleFile', 'subjects'])
  const { trustDomain, audience, issuer, bundleUrl, bundle, bundleFile, subjects } = options
  if (typeof trustDomain !== 'string' || !/^[a-z0-9._-]+$/.test(trustDomain)) throw new TypeError('"trustDomain" must be the name of the trust domain, such as example.org')
  const domain = `spiffe://${trustDomain}`
  return {
    name: 'spiffe',
    issuer: issuer === undefined ? domain : [domain, issuer],
    audience,
    algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
    scopes: scopesBy(['sub', subjects]),
    requiredClaims: ['sub', 'aud'],
    rules: [{ claim: 'sub', accepts: (sub) => String(sub).startsWith(`${domain}/`), hint: 'SPIFFE: the workload is of another trust domain' }],
    hints: {
      wrong_issuer: 'SPIFFE: the workload is of another trust domain, or the token has an "iss": name it in "issuer"',
      wrong_audience: 'SPIFFE: the workload must ask for this audience: fetch jwt -audience …',
    },
    [tokenFormat]: jwtSvidFormat,
    ...keysIn({ bundleUrl, bundle, bundleFile }),
  }
}

type Keys = Pick<WorkloadPreset, 'jwksUri' | 'keys'> | { jwks: KeysInHand } | { jwksFile: string }

function keysIn({ bundleUrl, bundle, bundleFile }: { bundleUrl: string | undefined; bundle: KeysInHand | undefined; bundleFile: string | undefined }): Keys {
  if ([bundleUrl, bundle, bundleFile].filter((one) => one !== undefined).length !== 1) {
    throw new TypeError('give one of "bundleUrl", "bundle" and "bundleFile": the trust domain says nowhere else what its keys are')
  }
  if (bundle !== undefined) return { jwks: bundle }
  if (bundleFile !== undefined) return { jwksFile: bundleFile }
  // SPIFFE Trust Domain and Bundle section 6.2: five minutes, where the bundle has no hint.
  return { ...(bundleUrl !== undefined && { jwksUri: bundleUrl }), keys: { maxAge: 300 } }
}
