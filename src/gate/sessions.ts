/** Session ids that are worth nothing to anybody but the principal they were made for (MCP security: session hijacking). */
import { nameIn } from '../access-token.js'
import { currentAuth } from '../context.js'
import { hmacSha256, isSameText } from '../lib/digest.js'
import { checkOptions } from '../lib/options.js'
import type { AccessToken } from '../access-token.js'

export interface BoundSessionsOptions {
  /**
   * At least 32 random characters, the same in every replica; several for a rotation, the first of which makes new ids.
   * Default, by leaving it out: one of this process's own.
   */
  secret?: string | readonly string[]
}

/** Makes session ids, and knows whose they are. Nothing is stored: the principal is in the id, behind a keyed digest. */
export interface BoundSessions {
  /**
   * A new id for whoever is calling: the `sessionIdGenerator` of an MCP transport.
   *
   * @throws TypeError outside of a request, and for a token that names nobody.
   */
  readonly newId: () => string
  /**
   * The same for a server that makes its ids itself: what whoever is calling is to be given in the place of this id.
   *
   * @throws TypeError as `newId` does, and for what is no id: 1 to 128 letters, digits, `-` and `_`.
   */
  readonly bind: (id: string) => string
  /** The server's own id in one that `bind` made. Does NOT look whose it is: that is the gate's to do before. */
  readonly unbind: (bound: string) => string
  /** True for an id that was made for the principal of this token. */
  readonly belongsTo: (id: string, token: AccessToken | null) => boolean
}

/**
 * Binds MCP sessions to issuer, subject and client, and not to the token: who refreshes it keeps the session. Give it to
 * the gate as `sessions`, which answers 404 for an id of somebody else's, and `newId` to the transport.
 *
 * @throws TypeError for a secret that is short, or undefined.
 */
export function boundSessions(options: BoundSessionsOptions = {}): BoundSessions {
  checkOptions('boundSessions', options, ['secret'])
  // One that is there and undefined is a variable that is not set: every replica would have a secret of its own.
  const secrets = ['secret' in options ? options.secret : randomText() + randomText()].flat()
  const [newest] = secrets
  if (newest === undefined || !secrets.every((secret) => typeof secret === 'string' && secret.length >= 32)) {
    throw new TypeError(NO_SECRET)
  }
  const bind = (id: string): string => {
    const context = currentAuth()
    if (context === undefined) throw new TypeError(NO_REQUEST)
    const principal = principalOf(context.token)
    if (principal === undefined) throw new TypeError(NO_PRINCIPAL)
    return `${id}.${hmacSha256(newest, `${id} ${principal}`)}`
  }
  return {
    newId: () => bind(randomText()),
    bind(id) {
      if (typeof id !== 'string' || !/^[\w-]{1,128}$/.test(id)) throw new TypeError(NO_ID)
      return bind(id)
    },
    unbind: (bound) => bound.split('.', 1)[0] ?? '',
    belongsTo(id, token) {
      const [nonce = '', digest = '', ...more] = id.length <= MAX_LENGTH ? id.split('.') : []
      const principal = principalOf(token)
      if (principal === undefined || more.length > 0) return false
      return secrets.some((secret) => isSameText(digest, hmacSha256(secret, `${nonce} ${principal}`)))
    },
  }
}

const NO_SECRET =
  '"secret" must be at least 32 random characters, or several such secrets; is the environment variable set? make one with: openssl rand -hex 32'
const NO_PRINCIPAL =
  'a token that does not say whose it is can hold no session: the authorization server writes no "sub"; if it names users by another claim that is never given to somebody else, set "subjectClaim" of the provider, such as "username"'
const NO_REQUEST = 'newId and bind make a session id for whoever is calling: call them where a request is handled, behind the gate'
const NO_ID = '"id" of bind must be the id of a session: 1 to 128 letters, digits, "-" and "_"'

/** In characters, of a session id. */
const MAX_LENGTH = 256

/** 122 random bits. */
function randomText(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

/**
 * As JSON, so that no two principals read the same. Where nobody has to be known, nobody is a principal too. Undefined for
 * a token that does not say whose it is: all such people would be one.
 */
export function principalOf(token: AccessToken | null): string | undefined {
  if (token === null) return 'null'
  const { issuer, subject, clientId, provider, claims, boundTo } = token
  const authority = issuer === undefined ? { provider } : { issuer }
  // Of a bound token the key too: a session stays with it.
  const key = boundTo === undefined ? [] : [boundTo.jkt ?? null, boundTo['x5t#S256'] ?? null]
  // Not every token is of our making: an empty name is none.
  if (nameIn(subject) !== undefined) return JSON.stringify([authority, { subject }, clientId ?? null, ...key])
  const others = [nameIn(claims.sub), nameIn(claims.username)]
  const isForItself = nameIn(clientId) !== undefined && others.every((name) => name === undefined || name === clientId)
  return isForItself ? JSON.stringify([authority, { clientId }, ...key]) : undefined
}
