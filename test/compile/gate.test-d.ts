/** Holds which options a gate takes. */
import { gate, reportOnly, StaticProvider } from '../../src/index.js'
import type { ReportedAudience } from '../../src/index.js'
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
