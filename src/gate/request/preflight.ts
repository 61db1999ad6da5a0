/** This file tells a CORS preflight from any other request (Fetch standard), and answers it. */
import type { Answer } from '../../answer.js'
import type { GateRequest } from './gate-request.js'

/** True for what browsers send ahead of a request to another origin: it has no body, was no other method before, and is no upgrade. */
export function isPreflight(request: GateRequest): boolean {
  const { method, sentMethod = method, header } = request
  if (request.isUpgrade === true || method !== 'OPTIONS' || sentMethod !== 'OPTIONS' || hasBody(request) || asksForAnotherMethod(request)) return false
  return [header('origin'), header('access-control-request-method')].every(({ length }) => length === 1)
}

/** True when something behind the gate may take the request for one with another method, as `method-override` does. */
export function asksForAnotherMethod({ header }: Pick<GateRequest, 'header'>): boolean {
  return ['x-http-method-override', 'x-http-method', 'x-method-override'].some((name) => header(name).length > 0)
}

function hasBody({ header, hasBody = false }: GateRequest): boolean {
  return hasBody || header('transfer-encoding').length > 0 || header('content-length').some((length) => length !== '0')
}

/** The answer to a preflight where nobody in front of the gate has given one: no page on another origin may do anything. */
export const PREFLIGHT: Answer = { status: 204, headers: { 'Cache-Control': 'no-store' }, body: '', grantsNothing: true }
