/** What happened, for logs and metrics. No event carries a token, a secret or the value of a claim. */
import type { RejectReason } from './verdict.js'

export type AuthEvent =
  /** A token was taken. `remembered`: the answer came from memory. */
  | { readonly type: 'accepted'; readonly provider: string; readonly remembered: boolean }
  /** A token was refused. `claim` names the claim that did not fit, never its value. */
  | {
      readonly type: 'rejected'
      readonly provider: string
      readonly reason: RejectReason
      readonly claim?: string
      readonly remembered: boolean
    }
  /** Nobody knows. `message` says what gave no answer. */
  | { readonly type: 'unavailable'; readonly provider: string; readonly message: string }
  /** The issuer's key set was read. */
  | { readonly type: 'keys_fetched'; readonly provider: string; readonly keys: number }
  /** The issuer's key set could not be read. `usable`: the keys of before are still good for a while. */
  | { readonly type: 'keys_unavailable'; readonly provider: string; readonly message: string; readonly usable: boolean }

/** Takes events. Called synchronously; whatever it throws is ignored, so that logging never decides a request. */
export type Observe = (event: AuthEvent) => void

/** Calls an observer that may be absent, may throw and may be async, without letting it decide anything. */
export function notify(observe: Observe | undefined, event: AuthEvent): void {
  if (observe === undefined) return
  let answer: unknown
  try {
    answer = observe(event)
  } catch {
    return // the observer's own fault, and no reason to refuse or pass a token
  }
  if (answer instanceof Promise) answer.catch(() => undefined)
}
