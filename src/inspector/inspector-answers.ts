/** Makes every answer of the inspector: none is stored, framed or read by another page, and none brings code of others along. */
import type { Answer } from '../answer.js'

/** Nothing from anywhere but from here, no code in the document, nobody's frame, and no text that becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const ALWAYS = {
  'Content-Security-Policy': POLICY,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Robots-Tag': 'noindex',
}

export function inspectorAnswer(status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  // Not for pages on other origins, as the gate's answers are.
  return { status, headers: { ...ALWAYS, 'Content-Type': type, ...headers }, body, grantsNothing: true }
}

export const html = (status: number, body: string, headers?: Readonly<Record<string, string>>): Answer =>
  inspectorAnswer(status, 'text/html; charset=utf-8', body, headers)

export const json = (status: number, body: string, headers?: Readonly<Record<string, string>>): Answer =>
  inspectorAnswer(status, 'application/json', body, headers)

/** A sentence for people, as `{ "problem": … }`. */
export const problem = (status: number, text: string, headers?: Readonly<Record<string, string>>): Answer =>
  json(status, JSON.stringify({ problem: text }), headers)
