/** Runs a handler as somebody, without a server, an issuer or a token. */
import { accessToken } from '../access-token.js'
import { withAccessToken } from '../context.js'
import { checkOptions } from '../lib/options.js'
import type { AccessToken, Claims } from '../access-token.js'

/** Who is calling. */
export interface TestCaller {
  /** The subject. */
  readonly sub: string
  /** Default: none. */
  readonly scopes?: readonly string[] | undefined
  /** Further claims of the token. */
  readonly claims?: Claims | undefined
  /** The `client_id` of the token. Default: none. */
  readonly clientId?: string | undefined
  /** The `iss` of the token. Default: none. */
  readonly issuer?: string | undefined
  /** Seconds since the epoch. Default: no end. */
  readonly expiresAt?: number | undefined
}

const NAMES = { sub: true, scopes: true, claims: true, clientId: true, issuer: true, expiresAt: true } as const satisfies Readonly<
  Record<keyof TestCaller, true>
>

/**
 * Runs code as this caller: `getAccessToken()`, `requireAuth()` and what rests on them find its token, as behind a gate.
 * `null`: as nobody. Gives what the code gives, a promise too.
 *
 * Does NOT verify anything, and no gate is around: scopes that a gate would ask for are asked for by your code or by nobody.
 *
 * @throws TypeError for a caller that cannot be; whatever the code throws, `requireAuth`'s refusals too.
 */
export function signedInAs<T>(caller: TestCaller | null, run: (token: AccessToken | null) => T): T {
  const token = caller === null ? null : tokenOf(caller)
  return withAccessToken(token, () => run(token))
}

function tokenOf(caller: TestCaller): AccessToken {
  checkOptions('signedInAs', caller, Object.keys(NAMES))
  const { sub, scopes = [], claims, clientId, issuer, expiresAt } = caller
  if (typeof sub !== 'string' || sub === '') throw new TypeError('"sub" must be the subject of the caller, such as ada')
  return accessToken({
    token: 'the-token-of-a-test',
    claims: { sub, ...(issuer !== undefined && { iss: issuer }), ...(clientId !== undefined && { client_id: clientId }), ...claims },
    scopes: [...scopes],
    expiresAt,
    provider: 'test',
  })
}
