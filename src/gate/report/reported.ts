/** This file says what a gate would have answered to a request that it let pass all the same. */
import type { Answer } from '../../answer.js'
import type { DenialReason, ProofCheck } from '../../events.js'

/** Why a request would have been denied: the denial itself, or what it would say of a token that is good otherwise. */
export type Reported =
  | { readonly answer: Answer }
  | { readonly status: number; readonly reason: DenialReason; readonly check?: ProofCheck; readonly hint?: string }
