/** This file answers requests for a document that everybody may read, at a place that everybody knows. */
import type { Answer } from '../../answer.js'

/** What is answered there: the document to GET and HEAD, leave to pages on other origins, and 405 to the rest. */
export function documentAnswer(method: string, document: object): Answer {
  if (method === 'OPTIONS') return { status: 204, headers: PREFLIGHT, body: '' }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { Allow: 'GET, HEAD, OPTIONS' }, body: '' }
  return { status: 200, headers: HEADERS, body: JSON.stringify(document) }
}

const HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' }

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '86400',
}
