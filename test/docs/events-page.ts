/** Makes docs/events.md of the types in src: what can be said, how loud, how often, and what to do. The tables here are complete by their types. */
import { readFileSync } from 'node:fs'
import type { AuthEvent, DenialReason, RejectReason } from '../../src/index.js'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** Suggested level, how often it can come, what to do. */
const EVENTS: Readonly<Record<AuthEvent['type'], readonly [Level, string, string]>> = {
  accepted: ['debug', 'each request', 'count'],
  rejected: ['info', 'each request', 'count by `reason`; read the hints where good tokens are refused'],
  would_reject: ['info', 'each request', 'count by `reason`: once none is left that you mind, take `[reportOnly]` out'],
  passed_on: ['debug', 'each request', 'nothing'],
  nobody_accepted: ['info', 'each request', 'see `said`: one of them should have known it'],
  denied: ['info', 'each request', 'count by `reason`, and per address by the request beside it'],
  would_deny: ['info', 'each request', 'count by `reason`: once none is left that you mind, take `[reportOnly]` out'],
  admitted: ['debug', 'each request', 'count'],
  unavailable: ['error', 'each request', 'look at what `message` names'],
  credentials_refused: ['error', 'each question', 'put the credentials right: nobody gets in'],
  endpoint_unavailable: ['warn', 'each question', 'look at the authorization server'],
  rate_budget: ['debug', 'each call to GitHub', 'draw it'],
  rate_limited: ['warn', 'each limit', 'wait; remember verdicts for longer'],
  sso_required: ['warn', 'each token', 'its user authorizes it for the organization'],
  breaker_opened: ['error', 'five failures in a row', 'look at the authorization server'],
  breaker_closed: ['info', 'once after that', 'nothing'],
  odd_answer: ['warn', 'once each', 'read the hint'],
  keys_fetched: ['debug', 'each reading, about ten minutes', 'where `leftOut` is there: ask the issuer for fewer keys'],
  keys_rotated: ['info', 'each rotation', 'nothing'],
  keys_unavailable: ['warn', 'each attempt', 'look at what `message` names; an error once `usable` is false'],
  key_unknown: ['info', 'each token with such a name', 'nothing, where they are few'],
  roles_unknown: ['warn', 'once each, a hundred in all', 'add a row to the table, or a `separator`'],
  revoked: ['info', 'each revocation', 'nothing'],
  revocations_unavailable: ['error', 'each look at the log', 'look at the store'],
  revocations_full: ['error', 'each that had no room', 'raise `maxEntries`'],
  revocations_unreadable: ['error', 'each look at the log', 'somebody else writes to it: compare secrets'],
  revocations_lost: ['warn', 'each loss', 'give the store persistence'],
  cache: ['debug', 'each request', 'count'],
  shared_hit: ['debug', 'each token', 'count'],
  shared_joined: ['debug', 'each token', 'count'],
  shared_missed: ['debug', 'each token', 'count by `because`'],
  store_failed: ['warn', 'each call', 'look at the store'],
  store_away: ['error', 'five failures in a row', 'look at the store'],
  store_back: ['info', 'once after that', 'nothing'],
  shadow_differs: ['warn', 'each request', 'see `differs`: the shadow is not ready to decide, or the provider of today is wrong'],
  shadow_silent: ['warn', 'each question', 'look at what `message` names; nobody was refused for it'],
  shadow_dropped: ['info', 'the first, the tenth, the hundredth …', 'nothing, where they are few; else the shadow is slow'],
  proof_accepted: ['debug', 'each request', 'count'],
  proof_absent: ['debug', 'each request', 'count: how many clients send no proof yet'],
  proof_refused: ['info', 'each request', 'count by `check`; read the hint'],
  list_loaded: ['info', 'each change of the file', 'nothing'],
  list_unreadable: ['error', 'each change of the file', 'mend the file: the list of before serves on'],
  logout_refused: ['warn', 'each logout token', 'as with `rejected`'],
}

const REASONS: Readonly<Record<RejectReason, string>> = {
  malformed: 'no JWT where one is wanted: ask the authorization server for one, usually by naming an API or a resource; or cut off',
  unsupported_algorithm: 'HS256: give the application an asymmetric signing key',
  unknown_key: 'no hint: another environment\u2019s token, or a forged one; with a hint, the key is there and cannot be used',
  bad_signature: 'another environment\u2019s token, or a forged one',
  wrong_type: 'the client sent an ID token or another kind; it must send the access token. An odd `typ`: `types`',
  wrong_issuer: 'write `issuer` exactly as the token\u2019s `iss`',
  wrong_audience: 'write `audience` as the authorization server writes `aud`; some need to be told to write one',
  expired: 'the clocks, if it is a matter of seconds',
  not_yet_valid: 'the clocks',
  missing_claim: '`claim` names it: `requiredClaims`, or the authorization server leaves out what every token needs',
  invalid_claim: '`claim` names it: `rules`, the schema in `claims`, or milliseconds',
  unknown_token: 'whoever was asked does not know it: another application\u2019s, taken back, ended; a static key that is not on the list',
  unproven: 'the token is bound to a key, and nobody checks the proof: `proof` of the gate',
  no_owner: 'no member of the chain takes it: the hint is that of the nearest',
  revoked: 'it was ended here, by `revoke` or a logout',
}

const DENIALS: Readonly<Record<DenialReason, string>> = {
  no_token: 'nothing, where it comes once for a client: that is how MCP clients begin',
  malformed: 'the client must send `Authorization: Bearer TOKEN`, once',
  invalid_token: 'look up `because` above',
  bound_to_key: 'see `check`; without `proof` in the gate, have the client ask for a token without a key',
  wrong_audience: '`audience` of the gate',
  insufficient_scope: 'the client asks for more; or `explainScopes(claims)` of the provider',
  insufficient_user_authentication: '`hint` says which: the client signs its person in anew, or the authorization server leaves `acr` or `auth_time` out of access tokens',
  several_callers: 'the client presents two credentials that name different callers, such as a key and a token: one of them is to go',
  another_session: 'the client begins a new session; often from one address: an attack',
  unreadable_body: 'JSON of at most 4 MiB, where `operations` are looked at',
  impossible_host: 'the proxy in front',
  unavailable: 'the event `unavailable` beside it',
  bug: 'of `would_deny` only: the process warning beside it',
}

/** The page. `lines`: what twelve wrong settings say. */
export function eventsPage(lines: readonly string[]): string {
  const source = readFileSync('src/events.ts', 'utf8')
  const body = source.slice(source.indexOf('export type AuthEvent'), source.search(/\n\/\*\*\s*(?:\*\s*)?(?:Why a gate denies|The check that a request)/))
  const rows = body.split('/**').slice(1).flatMap(rowsOf)
  const reasons = Object.entries(REASONS).map(([reason, todo]) => `| \`${reason}\` | ${todo} |`)
  const denials = Object.entries(DENIALS).map(([reason, todo]) => `| \`${reason}\` | ${todo} |`)
  const hints = ['src/jwt/rules/near-miss.ts', 'src/jwt/keys/key-set.ts'].flatMap(hintsIn).map((hint) => `- ${hint}`)
  return `${[
    '# Events, reasons and hints',
    'Everything that this library can say to `observe`, made from its types. No event carries a token, a secret or the value of a claim, but for the names of roles in `roles_unknown`. One function serves all: give it to a chain or to the gate, and whatever stands behind it without an observer of its own tells it too, each event once. The gate hands it the request as well: `(event, request) => …`; printed, that shows its method, path and host, and no header.',
    'Where nobody observes and `NODE_ENV` is neither `production` nor `test`, the first refusal of each reason is a process warning. `await provider.explain(token)` shows the steps for one token, with values: for your own eyes.',
    '## Twelve wrong settings, and what the log says',
    `Each behind a chain with a static key, \`observe\` given to the chain alone:\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\``,
    '## Events',
    `| event | members | level | how often | what it means | what to do |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}`,
    '## Reasons of `rejected`, `passed_on` and `logout_refused`',
    `| reason | look at |\n| --- | --- |\n${reasons.join('\n')}`,
    '## Reasons of `denied`',
    `| reason | what to do |\n| --- | --- |\n${denials.join('\n')}`,
    '## Hints about JWTs and keys',
    'Constant texts; presets and your own `hints` and `rules` have their own words. Those of introspection and GitHub stand in [introspection.md](introspection.md) and [github.md](github.md).',
    hints.join('\n'),
  ].join('\n\n')}\n`
}

function rowsOf(chunk: string): readonly string[] {
  const [comment = '', code = ''] = chunk.split('*/')
  const meaning = comment.replaceAll(/\n\s*\*/g, ' ').replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim()
  const members = [...new Set([...code.matchAll(/readonly (\w+\??):/g)].map(([, name = '']) => name))].filter((name) => name !== 'type' && name !== 'provider')
  const types = [...code.matchAll(/readonly type: ((?:'\w+'(?: \| )?)+)/g)].flatMap(([, union = '']) => union.split(' | ').map((name) => name.slice(1, -1)))
  return types.map((type) => {
    const [level, often, todo] = EVENTS[type as AuthEvent['type']] ?? ['?', '?', '?']
    return `| \`${type}\` | ${members.map((name) => `\`${name}\``).join(' ')} | ${level} | ${often} | ${meaning} | ${todo} |`
  })
}

function hintsIn(path: string): readonly string[] {
  const [, union = ''] = /export type (?:Hint|KeyFault) =\n((?: {2}\| .*\n)+)/.exec(readFileSync(path, 'utf8')) ?? []
  return union.split('\n').flatMap((line) => /^ {2}\| '(.*)'$/.exec(line)?.[1]?.replaceAll(String.raw`\u2019`, '\u2019') ?? [])
}

export const EVERY_EVENT = Object.keys(EVENTS)
