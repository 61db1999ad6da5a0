/** Reads which issuers are trusted: one, several, or one per tenant of a closed list. */

/**
 * One issuer for each tenant: `{ template: 'https://login.example.com/{tid}/v2.0', allow: ['tenant-a', 'tenant-b'] }`.
 * The braces name the claim that the token must carry with the same value. Several templates, where a tenant has several
 * names, name the same claim.
 */
export interface IssuerTemplate {
  readonly template: string | readonly [string, ...string[]]
  readonly allow: readonly [string, ...string[]]
}

export type IssuerOption = string | readonly [string, ...string[]] | IssuerTemplate

/** The claim that must have the value written into the issuer's name. */
export interface Tenant {
  readonly claim: string
  readonly value: string
}

/** The trusted issuers, each with its tenant where it was made of a template. */
export type Issuers = ReadonlyMap<string, Tenant | undefined>

/** Checks the option "issuer". @throws TypeError for what names no issuer. */
export function issuersOf(option: unknown): Issuers {
  if (typeof option === 'object' && option !== null && 'template' in option) return fromTemplate(option as IssuerTemplate)
  const issuers: readonly unknown[] = Array.isArray(option) ? [...option] : [option] // a hole becomes an entry, and is refused
  if (issuers.length === 0 || !issuers.every(isName)) {
    const advice = option === undefined ? '; is a variable not set?' : ''
    throw new TypeError(`"issuer" must be the issuer exactly as its tokens write it in "iss", such as https://id.example.com/${advice}`)
  }
  // No issuer is called like its own discovery document (RFC 8414 section 3, OIDC Discovery section 4).
  if (issuers.some((issuer) => issuer.includes('/.well-known/'))) throw new TypeError('"issuer" is what stands before /.well-known/…, exactly as its tokens write it in "iss"')
  if (issuers.some((issuer) => /[{}]/.test(issuer) || FOR_MANY.test(issuer))) {
    throw new TypeError('"issuer" stands for many tenants, and tokens name one: list those that are taken in { template, allow }, or in entra({ tenant })')
  }
  return new Map(issuers.map((issuer) => [issuer, undefined]))
}

/** Where Microsoft signs people of all tenants in; their tokens name the tenant itself. */
const FOR_MANY = /^https:\/\/[\w.]+\.(microsoftonline\.(com|us|cn)|windows\.net)\/(common|organizations|consumers)(\/|$)/

/** Fills this tenant into a text with braces, such as the URL of its keys. */
export function forTenant(text: string, tenant: Tenant | undefined): string {
  return tenant === undefined ? text : text.replace(`{${tenant.claim}}`, tenant.value)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function fromTemplate({ template, allow }: IssuerTemplate): Issuers {
  const templates = [template].flat()
  const claims = new Set(templates.map(claimIn))
  const [claim] = claims
  if (claim === undefined || claims.size > 1) {
    throw new TypeError('"issuer.template" must name one claim in braces, such as https://login.example.com/{tid}/v2.0')
  }
  // A value with a slash or a dot could make another issuer's name out of the template.
  if (!Array.isArray(allow) || allow.length === 0 || !allow.every((value) => typeof value === 'string' && /^[\w-]+$/.test(value))) {
    throw new TypeError(`"issuer.allow" must list the values of "${claim}" that are taken, in letters, digits, - and _`)
  }
  const tenants: readonly Tenant[] = allow.map((value) => ({ claim, value }))
  return new Map(templates.flatMap((one) => tenants.map((tenant) => [forTenant(one, tenant), tenant] as const)))
}

function claimIn(template: unknown): string | undefined {
  const [, claim, after, ...more] = typeof template === 'string' ? template.split(/[{}]/) : []
  return claim === '' || after === undefined || more.length > 0 ? undefined : claim
}
