/** Who a test issuer is: its identifier, its places and its audience, by `like` or by default. */
import { issuersOf, forTenant } from '../../jwt/rules/issuers.js'
import { PLAIN } from '../vendors/vendor-shape.js'
import { vendorOf } from '../vendors/vendors.js'
import type { Tenant } from '../../jwt/rules/issuers.js'
import type { TestIssuerOptions } from './issuer-options.js'
import type { PresetLike, VendorShape } from '../vendors/vendor-shape.js'

export interface Facts {
  /** `iss`, which need not be a URL. */
  readonly issuer: string
  /** What the paths of the endpoints are put behind; without a slash at its end. */
  readonly base: string
  readonly jwksUri: string
  readonly audience: readonly string[]
  /** The claim that has the audience. */
  readonly audienceClaim: string
  /** The claim that is written into the issuer's name. */
  readonly tenant: Tenant | undefined
  readonly shape: Omit<VendorShape, 'preset'>
  /** Options of a provider that trusts this issuer: `like`'s, where it has some. */
  readonly options: PresetLike
}

const ISSUER = 'https://issuer.test'
const AUDIENCE = 'https://api.test'

export function factsOf({ like, issuer, audience }: TestIssuerOptions): Facts {
  const { shape, preset } = like === undefined ? { shape: PLAIN, preset: undefined } : vendorOf(like)
  const [[name, tenant] = [ISSUER, undefined]] = issuersOf(issuer ?? preset?.issuer ?? ISSUER)
  const options: PresetLike = {
    ...preset,
    ...(issuer !== undefined && { jwksUri: undefined }),
    issuer: issuer ?? preset?.issuer ?? ISSUER,
    audience: audience ?? preset?.audience ?? AUDIENCE,
  }
  const jwksUri = options.jwksUri === undefined ? undefined : forTenant(options.jwksUri, tenant)
  const base = baseOf(name, jwksUri)
  return {
    issuer: name,
    base,
    jwksUri: jwksUri ?? `${base}/jwks`,
    // `anyAudience` is a symbol: then any will do.
    audience: typeof options.audience === 'symbol' ? [AUDIENCE] : [options.audience].flat(),
    audienceClaim: [preset?.audienceClaims ?? 'aud'].flat()[0] ?? 'aud',
    tenant,
    shape,
    options,
  }
}

/** The same issuer on another origin: paths stay as they are. */
export function movedTo(origin: string, facts: Facts): Facts {
  const move = (url: string): string => (isWebUrl(url) ? `${origin}${url.slice(new URL(url).origin.length)}` : url)
  const [issuer, jwksUri] = [move(facts.issuer), move(facts.jwksUri)]
  const options = { ...facts.options, issuer, ...(facts.options.jwksUri !== undefined && { jwksUri }) }
  return { ...facts, issuer, jwksUri, base: move(facts.base), options }
}

// Issuers that are no URL have their keys somewhere, and their endpoints beside them.
function baseOf(issuer: string, jwksUri: string | undefined): string {
  if (isWebUrl(issuer)) return issuer.replace(/\/$/, '')
  return jwksUri === undefined ? ISSUER : new URL(jwksUri).origin
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
