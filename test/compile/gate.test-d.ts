/** Holds which options a gate takes. */
import { defineScopes, gate, proxyCertificate, reportOnly, requireAuth, requireFreshAuth, StaticProvider, tlsCertificate } from '../../src/index.js'
import type { GateRequest, ProofOptions, ReportedAudience } from '../../src/index.js'
import { provider, structural } from './given.js'

// @ts-expect-error TS2322 a wording that does not exist
gate(provider, { profile: 'nice' })
// @ts-expect-error TS2322 a way to name scopes that does not exist
gate(provider, { stepUp: 'all' })

gate(provider, { [reportOnly]: true, observe: (event) => void (event.type === 'would_deny' && event.rules) })
gate(provider, { operations: { 'tools/call': { purge: { scopes: 'notes:write', [reportOnly]: true } } }, observe: () => undefined })
gate(provider, { audience: { audience: ['notes'], [reportOnly]: true } satisfies ReportedAudience, observe: () => undefined })
gate(provider, { proof: { dpop: 'required', [reportOnly]: true }, resource: 'https://mcp.example.com', observe: () => undefined })

// @ts-expect-error TS2353 the mark is a symbol, which nobody writes by accident
gate(provider, { reportOnly: true })
// @ts-expect-error TS2418 whether a gate guards must not hang on a variable
gate(provider, { [reportOnly]: Date.now() > 0 })
// @ts-expect-error TS2322 an object in "audience" is only for what is not demanded
gate(provider, { audience: { audience: 'notes' } })
// @ts-expect-error TS2322 neither can a rule
gate(provider, { operations: { 'tools/call': { purge: { scopes: 'notes:write', [reportOnly]: false } } } })

gate(provider, { shadow: structural, observe: (event) => void (event.type === 'shadow_differs' && event.differs.includes('takes')) })
// @ts-expect-error TS2741 a class is no provider yet
gate(provider, { shadow: StaticProvider, observe: () => undefined })

// How bound tokens are taken
for (const certificate of [tlsCertificate(), { required: proxyCertificate({ format: 'nginx', proxies: ['10.0.0.1'] }) }, ({ header }: GateRequest) => header('cert')[0]]) {
  gate(provider, { proof: { certificate } })
}
gate(provider, { resource: 'https://mcp.example.com/mcp', proof: { dpop: 'required', nonce: true } satisfies ProofOptions })
// @ts-expect-error TS2322 a word that says less than it seems to
gate(provider, { proof: { dpop: true } })
// @ts-expect-error TS2322 a demand that does not say how a certificate is read
gate(provider, { proof: { certificate: { required: true } } })

gate(provider, { acr: ['phr'], maxAuthAge: 300, operations: { 'tools/call': { purge: { acr: ['phr', 'phrh'], maxAuthAge: 60, scopes: ['a', 'b'] } } } })
requireAuth('notes:read', 'notes:write')
requireAuth({ scopes: ['notes:write'], acr: ['phr'], maxAuthAge: 300 })
void requireFreshAuth(0, { scopes: 'notes:write', maxAuthAge: 300 })
defineScopes(['notes:read']).requireAuth({ scopes: 'notes:read', acr: ['phr'] })
// @ts-expect-error TS2322 a list, the preferred class first
gate(provider, { acr: 'phr' })
// @ts-expect-error TS2353 another name
gate(provider, { operations: { 'tools/call': { purge: { acrValues: ['phr'] } } } })
// @ts-expect-error TS2353 another name
requireAuth({ maxAge: 300 })
// @ts-expect-error TS2345 all in one, or scopes alone
requireAuth('notes:read', { acr: ['phr'] })
// @ts-expect-error TS2345 a variable that may not be set
requireAuth({ acr: undefined })
// @ts-expect-error TS2345 a typo in a scope
defineScopes(['notes:read']).requireAuth({ scopes: 'notes:raed' })
