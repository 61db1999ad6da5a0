/** This file checks what a gate demands, once, where it is built. */
import { checkedAuthentication } from '../authentication.js'
import { checkOptions, clockInSeconds, oneOf, optionalFunction, spanInSeconds } from '../lib/options.js'
import { isPending } from '../lib/awaitable.js'
import { loaded } from '../lib/loaded.js'
import { allowInsecureHttp, webUrl } from '../lib/net/web-url.js'
import { isReported } from '../lib/report-only.js'
import { checkedScopes } from '../lib/scope-match.js'
import { GATE_OPTIONS } from './gate-options.js'
import { mirroring } from './metadata/mirror.js'
import { operationTable, operationScopes } from './operations/operations.js'
import { checkedExclusions, checkedPaths, isGuarded } from './paths.js'
import { LateWatches } from './life/late-watches.js'
import { requestNamesBy } from './challenge/request-names.js'
import { protectedResource } from './metadata/resource-metadata.js'
import { proofRules } from './proof-policy.js'
import { checkGoesWith, tokenPlaces } from './request/token-from.js'
import { checkedProvider } from '../provider.js'
import type { AuthenticationTerms } from '../authentication.js'
import type { BearerAuthProvider } from '../provider.js'
import type { ReportedScopes } from '../lib/report-only.js'
import type { ShadowOptions } from './report/shadow.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { After } from '../lib/timer.js'
import type { Bodies } from './challenge/denial-body.js'
import type { StepUp } from './challenge/granted-scopes.js'
import type { ProofRules } from './proof-policy.js'
import type { GateOptions } from './gate-options.js'
import type { OperationTable } from './operations/operations.js'
import type { PathPolicy } from './paths.js'
import type { RequestNames } from './challenge/request-names.js'
import type { ProtectedResource } from './metadata/resource-metadata.js'
import type { BoundSessions } from './sessions.js'
import type { TokenCookie } from './request/token-cookie.js'

export interface GatePolicy extends ProofRules {
  readonly requiredScopes: readonly string[]
  /** How callers of every request must have signed in. */
  readonly authentication: AuthenticationTerms
  /** In seconds since the epoch. */
  readonly now: () => number
  readonly resource: ProtectedResource | undefined
  readonly mirror: ReturnType<typeof mirroring> | undefined
  /** As the options have it; the provider's own come to it where nobody said which. */
  readonly scopesSupported: { readonly all: readonly string[] } | { readonly atLeast: readonly string[] }
  readonly authorizationServers: readonly string[] | undefined
  /** Where the whole app is wrapped, and where a route or a mount is. */
  readonly paths: Readonly<Record<'app' | 'mount', PathPolicy>>
  /** True: CORS preflights to guarded paths are handed on. */
  readonly passesPreflights: boolean
  /** A token's `aud` must hold one of these. */
  readonly audience: readonly string[] | undefined
  /** It is told of a token that lacks one of these. */
  readonly reportedScopes: readonly string[]
  /** It is told of a token whose `aud` holds none of these. */
  readonly reportedAudience: readonly string[] | undefined
  /** True: nothing is denied, and what would have been is told. */
  readonly reportsAll: boolean
  readonly optional: boolean
  /** Those that are demanded. Undefined: no body is read. */
  readonly operations: OperationTable | undefined
  /** What reads which of them a request calls. @throws where there are none */
  readonly called: () => Awaitable<typeof import('./operations/called-operations.js')>
  /** Those that are only reported. */
  readonly reportedOperations: OperationTable
  readonly sessions: BoundSessions | undefined
  /** Follows the tokens that have streams open. */
  readonly watches: LateWatches
  /** Seconds. */
  readonly maxAge: number | undefined
  readonly tokenCookie: TokenCookie | undefined
  /** In small letters; where the token comes in a header of its own though the provider says nothing of it. */
  readonly tokenHeader: string | undefined
  /** Those that handlers throw, with a body of the house's own. */
  readonly thrownAnswers: ProofRules['answers']
  /** Is asked behind the answers. */
  readonly shadow: (ShadowOptions & { readonly provider: BearerAuthProvider }) | undefined
  /** Those of the option `body`, loaded by the gates that have it, from their start. */
  readonly bodies: (() => Awaitable<Bodies>) | undefined
  /** What clients ask for to be given these scopes. */
  readonly requestNames: RequestNames
  /** Undefined: by the request. */
  readonly stepUp: StepUp | undefined
}

/** What is handed in from inside of this package. */
export interface GateParts {
  /** The timers of open streams. */
  readonly after?: After | undefined
}

type PolicyProvider = Pick<BearerAuthProvider, 'headerSources' | 'recognizes' | 'requestAs' | 'restsOnKeys' | 'tokenHeader' | 'watch'>

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function gatePolicy(options: GateOptions = {}, provider: PolicyProvider = {}, { after }: GateParts = {}): GatePolicy {
  checkOptions('bearerAuth', options, GATE_OPTIONS)
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) throw new TypeError(`"${name}" is undefined; is a variable not set? leave the option out to do without`)
  }
  const { requiredScopes = [], optional = false, preflight = 'answer' } = options
  if (typeof optional !== 'boolean') throw new TypeError('"optional" must be true or false')
  const profile = options.profile === undefined ? 'rfc6750' : oneOf('profile', options.profile, ['mcp-use'])
  if (options.resource === undefined && options.metadata !== undefined) throw new TypeError('"metadata" describes "resource"; give that too')
  // The provider's word: its tokens are good in that header only, where whoever puts them there takes care that nobody else does.
  if (options.tokenFrom !== undefined) checkGoesWith(options.tokenFrom, provider)
  if (options.resource === undefined && options.metadataUrl !== undefined) throw new TypeError('"metadataUrl" says where the metadata of "resource" is; give that too')
  const insecure = options[allowInsecureHttp] === true
  const { metadataUrl, metadata: description = {} } = options
  const resource = options.resource === undefined ? undefined : protectedResource(options.resource, { description, metadataUrl, insecure })
  const { acr, maxAuthAge } = options
  const authentication = checkedAuthentication({ acr, maxAuthAge })
  const reportsAll = isReported('bearerAuth', options)
  const table = options.operations === undefined ? undefined : operationTable(options.operations, authentication)
  const operations = table?.filter(({ reported }) => !reported)
  const reportedOperations = table?.filter(({ reported }) => reported) ?? []
  const { audience, reportedAudience } = audiencesOf(options.audience)
  const { scopes, reportedScopes } = scopesOf(requiredScopes)
  const supported = options.scopesSupported === undefined ? undefined : checkedScopes('scopesSupported', options.scopesSupported)
  const ownScopes = [...scopes, ...operationScopes(operations)]
  const named = [...ownScopes, ...operationScopes(reportedOperations), ...(supported ?? [])]
  const requestNames = requestNamesBy(optionalFunction('requestAs', options.requestAs) ?? provider.requestAs, named)
  const every = spanInSeconds('checkStreamsEvery', options.checkStreamsEvery ?? 30, { min: 1, max: 3_600 })
  const rules = proofRules(options, provider, { profile, requiredScopes: scopes, metadataUrl: resource?.metadataUrl, requestNames })
  const { answers } = rules
  const isMarked = reportedAudience !== undefined || reportedScopes.length > 0 || reportedOperations.length > 0
  const isReporting = reportsAll || isMarked || rules.bindings?.isReporting === true
  if (isReporting && options.observe === undefined) throw new TypeError(NOBODY_LISTENS)
  const writeBody = optionalFunction('body', options.body)
  const bodies = writeBody && loaded(import('./challenge/denial-body.js').then((writes) => writes.bodiesBy(writeBody, answers)))
  const places = tokenPlaces(options.tokenFrom, resource?.resource)
  return {
    requiredScopes: scopes,
    authentication,
    now: clockInSeconds(options.now),
    resource,
    mirror: options.mirror === undefined ? undefined : mirroring(options.mirror, insecure),
    scopesSupported: supported === undefined ? { atLeast: ownScopes } : { all: supported },
    authorizationServers: options.authorizationServers === undefined ? undefined : checkedIssuers(options.authorizationServers, insecure),
    paths: pathPolicies(options, resource),
    passesPreflights: oneOf('preflight', preflight, ['answer', 'pass']) === 'pass' || reportsAll,
    audience,
    reportedAudience,
    reportedScopes,
    reportsAll,
    optional,
    operations,
    called: table === undefined ? noneCalled : loaded(import('./operations/called-operations.js')),
    reportedOperations,
    maxAge: options.maxAge === undefined ? undefined : spanInSeconds('maxAge', options.maxAge, { min: 0, max: 3_600 }),
    sessions: options.sessions === undefined ? undefined : checkedSessions(options.sessions),
    watches: new LateWatches({
      watch: provider.watch && ((token, ended) => provider.watch?.(token, ended) ?? NOTHING),
      restsOnKeys: (token) => provider.restsOnKeys?.(token) === true,
      every,
      now: () => Date.now() / 1000,
      after,
    }),
    ...places,
    ...rules,
    get thrownAnswers() {
      const own = bodies?.() // there: the gate waits for it before it decides
      return own === undefined || isPending(own) ? answers : own.thrown
    },
    shadow: shadowOf(options, provider, { header: provider.tokenHeader ?? places.tokenHeader, scopes: ownScopes }),
    bodies,
    requestNames,
    stepUp: options.stepUp === undefined ? undefined : oneOf<StepUp>('stepUp', options.stepUp, ['needed', 'accumulated']),
  }
}

function pathPolicies(options: GateOptions, resource: ProtectedResource | undefined): GatePolicy['paths'] {
  const protect = options.protect === undefined ? undefined : checkedPaths('protect', options.protect)
  const exclude = options.exclude === undefined ? [] : checkedExclusions(options.exclude)
  if (protect?.length === 0) throw new TypeError(NOTHING_PROTECTED)
  const paths = { protect, exclude }
  if (options.profile === undefined) return { app: paths, mount: paths }
  const guarded = protect ?? (resource === undefined ? ['/mcp'] : ['/mcp', resource.path])
  // Its list opens what nobody meant: nothing that was named, and nothing above or below it.
  const meant = guarded.filter((path) => path !== '/')
  const open = EXCLUDED_BY_MCP_USE.filter((path) => !isGuarded(path, meant) && !meant.some((one) => isGuarded(one, [path])))
  const excluded = options.exclude === undefined ? open.map((path) => ({ path, methods: undefined, exact: false })) : exclude
  // Who put the gate on a route or a mount has said there what it guards.
  return { app: { protect: guarded, exclude: excluded }, mount: paths }
}

const NOTHING = (): void => undefined

function noneCalled(): never {
  throw new Error('there are no operations to look for')
}

const NOTHING_PROTECTED = '"protect" is empty, and would guard nothing; leave it out to guard everything, or name paths: protect: [\'/mcp\']'

const EXCLUDED_BY_MCP_USE = ['/health', '/docs', '/inspector', '/openmcp.json']

function shadowOf({ shadow, observe, proof }: GateOptions, decides: PolicyProvider, given: Pick<ShadowOptions, 'header' | 'scopes'>): GatePolicy['shadow'] {
  if (shadow === undefined) return undefined
  checkedProvider('"shadow"', shadow)
  if (observe === undefined) throw new TypeError('"shadow" tells by events where it differs, and nobody listens: give "observe" too')
  if (shadow === decides) throw new TypeError('"shadow" is the provider that decides, and would never differ; give it the one of tomorrow')
  if (shadow.headerSources !== undefined) throw new TypeError('"shadow" takes a provider whose tokens come in one header: give the one that is new')
  return { ...given, provider: shadow, observe, proof: proof && 'checked' }
}

const NOBODY_LISTENS = '[reportOnly] tells by events whom it would refuse, and nobody listens: give "observe" too: observe: (event) => console.log(event)'

function scopesOf(scopes: NonNullable<GateOptions['requiredScopes']>): { readonly scopes: readonly string[] } & Pick<GatePolicy, 'reportedScopes'> {
  if (!Array.isArray(scopes)) return { scopes: checkedScopes('requiredScopes', scopes), reportedScopes: [] }
  const isObject = (one: unknown): one is ReportedScopes => typeof one === 'object' && one !== null
  const marked = scopes.filter(isObject)
  if (!marked.every((one) => isReported('"requiredScopes"', one))) throw new TypeError(ONLY_REPORTED_SCOPES)
  return {
    scopes: checkedScopes('requiredScopes', scopes.filter((one) => !isObject(one))),
    reportedScopes: marked.flatMap((one) => checkedScopes('requiredScopes', [one.scopes].flat())),
  }
}

const ONLY_REPORTED_SCOPES = 'an object in "requiredScopes" is reported only: { scopes: "notes:write", [reportOnly]: true }; to demand it, write the scope alone'

function audiencesOf(audience: GateOptions['audience']): Pick<GatePolicy, 'audience' | 'reportedAudience'> {
  if (audience === undefined) return { audience, reportedAudience: undefined }
  if (typeof audience !== 'object' || audience === null || !('audience' in audience)) return { audience: checkedAudience(audience), reportedAudience: undefined }
  if (!isReported('"audience"', audience)) throw new TypeError(ONLY_REPORTED)
  return { audience: undefined, reportedAudience: checkedAudience(audience.audience) }
}

const ONLY_REPORTED = 'an object in "audience" is reported only: { audience: "https://mcp.example.com", [reportOnly]: true }; to demand it, write the audience alone'

function checkedAudience(audience: unknown): readonly string[] {
  const list: readonly unknown[] = [audience].flat()
  if (list.length > 0 && list.every((one): one is string => typeof one === 'string' && one !== '')) return list
  throw new TypeError('"audience" must be what a token\'s "aud" has to hold, such as "https://mcp.example.com/mcp", or an array of that')
}

function checkedSessions(sessions: BoundSessions): BoundSessions {
  if (typeof sessions?.belongsTo === 'function') return sessions
  throw new TypeError('"sessions" must be what boundSessions() gives: const sessions = boundSessions({ secret })')
}

function checkedIssuers(issuers: unknown, insecure: boolean): readonly string[] {
  if (!Array.isArray(issuers) || !issuers.every((issuer) => typeof issuer === 'string' && URL.canParse(issuer))) {
    throw new TypeError('"authorizationServers" must be an array of issuers, such as ["https://id.example.com"]')
  }
  for (const issuer of issuers) webUrl('authorizationServers', issuer, { insecure })
  return [...issuers]
}
