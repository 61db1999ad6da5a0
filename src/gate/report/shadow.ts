/** This file asks a second provider about the tokens of a gate, behind its answers, and tells where the two differ. */
import { hasScopes, heldScopes, toAccessToken } from '../../access-token.js'
import { isUnavailable } from '../../errors.js'
import { notify } from '../../events.js'
import { after as systemTimer } from '../../lib/timer.js'
import { warnOfBug } from '../../lib/warn.js'
import { withoutToken } from '../../lib/without-token.js'
import { toldLater } from '../../provider.js'
import type { AccessToken } from '../../access-token.js'
import type { AuthEvent, Observe, ShadowDifference } from '../../events.js'
import type { After } from '../../lib/timer.js'
import type { BearerAuthProvider, Refusal, VerifyOptions } from '../../provider.js'

/** What the gate's own provider said of one token. */
export interface Look {
  readonly token: string
  /** Who decided about it. */
  readonly decided: Pick<BearerAuthProvider, 'recognizes'>
  /** That it came in, in small letters; undefined for `Authorization` and a cookie. */
  readonly header: string | undefined
  /** Undefined where it was refused. */
  readonly taken: AccessToken | undefined
  readonly refusal: Refusal | undefined
}

export interface ShadowOptions {
  /** That the tokens come in where no provider says so. */
  readonly header: string | undefined
  /** Those that the gate asks for. */
  readonly scopes: readonly string[]
  /** Whether the gate checks what a token is bound to. The shadow sees no proof, and uses none up. */
  readonly proof: VerifyOptions['proof']
  readonly observe: Observe
  /** For tests. Default: the runtime's timers. */
  readonly after?: After | undefined
}

export class Shadow {
  readonly #provider: BearerAuthProvider
  readonly #options: ShadowOptions
  readonly #waiting: Look[] = []
  #running = 0
  #dropped = 0
  #isDue = false
  #hasFailed = false

  constructor(provider: BearerAuthProvider, options: ShadowOptions) {
    this.#provider = provider
    this.#options = options
  }

  /** Asks later, in the background. What it does not get to, it drops: a shadow that hangs costs no more than its places and its line. */
  compare(look: Look): void {
    if (!this.#mayBeShown(look)) return
    if (this.#waiting.length >= LONGEST_LINE) return this.#drop()
    this.#waiting.push(look)
    if (this.#isDue) return
    this.#isDue = true
    const { after = systemTimer } = this.#options
    after(0, () => {
      this.#isDue = false
      this.#work()
    })
  }

  /** As in a chain: one that calls a token its own keeps it from those who only may know it. And none is shown what came elsewhere. */
  #mayBeShown(look: Look): boolean {
    const { token, header, decided } = look
    const { header: usual } = this.#options
    if ((this.#provider.tokenHeader ?? usual) !== header) return false
    try {
      const own = this.#provider.recognizes?.(token) ?? 'maybe'
      return own === 'mine' || (own === 'maybe' && decided.recognizes?.(token) !== 'mine')
    } catch (error) {
      this.#failed(error, look)
      return false
    }
  }

  #work(): void {
    while (this.#running < MOST_AT_ONCE) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#running += 1
      // A place is free when the answer is there, and not when nobody waits for it any more.
      void this.#ask(next)
        .catch((error: unknown) => this.#failed(error, next))
        .then(() => {
          this.#running -= 1
          this.#work()
        })
    }
  }

  async #ask(look: Look): Promise<void> {
    const { proof, scopes, observe } = this.#options
    let refusal: Refusal | undefined
    const refused = (one: Refusal): void => void (refusal ??= one)
    // Its own observer must not count as refusals what refuses nobody.
    const said = await this.#provider.verifyToken(look.token, { proof, refused, [toldLater]: (tell) => tell('passed_on') })
    const event = differenceOf(look, { taken: toAccessToken(said) ?? undefined, refusal }, scopes)
    if (event !== undefined) notify(observe, event)
  }

  #failed(error: unknown, { token }: Look): void {
    const { observe } = this.#options
    if (isUnavailable(error)) return notify(observe, { type: 'shadow_silent', provider: 'gate', fault: 'unavailable', message: error.message })
    if (!this.#hasFailed) warnOfBug(new Error('the shadow of a gate failed', { cause: withoutToken(error, token) }))
    this.#hasFailed = true
    notify(observe, { type: 'shadow_silent', provider: 'gate', fault: 'bug' })
  }

  #drop(): void {
    this.#dropped += 1
    // The first, the tenth, the hundredth …: what is dropped must not fill the log either.
    if (/^10*$/.test(String(this.#dropped))) notify(this.#options.observe, { type: 'shadow_dropped', provider: 'gate', count: this.#dropped })
  }
}

/** Questions at once, and those that wait. */
const MOST_AT_ONCE = 16
const LONGEST_LINE = 256

/** Undefined where the two say the same. */
function differenceOf(look: Look, shadow: Pick<Look, 'taken' | 'refusal'>, scopes: readonly string[]): AuthEvent | undefined {
  const { taken } = look
  if (taken === undefined && shadow.taken === undefined) return undefined
  const ours = taken?.provider ?? look.refusal?.provider
  const theirs = shadow.taken?.provider ?? shadow.refusal?.provider
  const who = { type: 'shadow_differs', provider: 'gate', ...(ours !== undefined && { by: ours }), ...(theirs !== undefined && { shadow: theirs }) } as const
  if (taken !== undefined && shadow.taken !== undefined) {
    const differs = differences(taken, shadow.taken)
    const missing = scopes.filter((scope) => hasScopes(taken, [scope]) && shadow.taken !== undefined && !hasScopes(shadow.taken, [scope]))
    return differs.length === 0 ? undefined : { ...who, differs, ...(missing.length > 0 && { missing }) }
  }
  const { reason, claim, hint } = (taken === undefined ? look.refusal : shadow.refusal) ?? {}
  const why = { ...(reason && { reason }), ...(claim && { claim }), ...(hint && { hint }) }
  return { ...who, differs: [taken === undefined ? 'takes' : 'refuses'], ...why }
}

function differences(ours: AccessToken, theirs: AccessToken): readonly ShadowDifference[] {
  const [held, given] = [heldScopes(ours), heldScopes(theirs)]
  const found: Readonly<Record<Exclude<ShadowDifference, 'takes' | 'refuses'>, boolean>> = {
    issuer: ours.issuer !== theirs.issuer,
    subject: ours.subject !== theirs.subject,
    client: ours.clientId !== theirs.clientId,
    fewer_scopes: !hasScopes(theirs, held),
    more_scopes: !hasScopes(ours, given),
  }
  return (Object.keys(found) as (keyof typeof found)[]).filter((kind) => found[kind]) // the keys of a constant of ours
}
