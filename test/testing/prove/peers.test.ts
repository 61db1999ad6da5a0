/** Servers of others under the prober: the table in the documents says what it found, and no more. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestIssuer, proofOf } from '../../../src/testing/index.js'
import { PEERS } from './peers.js'

beforeAll(() => {
  for (const method of ['info', 'debug', 'warn', 'error', 'log'] as const) vi.spyOn(console, method).mockImplementation(() => undefined)
})
afterAll(() => void vi.restoreAllMocks())

describe('the prober', () => {
  test.each(Object.keys(PEERS))('%s', async (name) => {
    const { start, routes, scoped, open, typ } = PEERS[name] as (typeof PEERS)[string]
    const issuer = await createTestIssuer({ audience: 'https://mcp.example.com/mcp', alg: 'RS256' }).listen()
    const { app, close } = await start(issuer)
    try {
      const proof = await proofOf(app, { issuer, routes, open, token: typ === undefined ? {} : { typ }, ...(scoped && { requiredScopes: ['notes:read'] }) })
      expect(proof.trusted, String(proof)).toBe(true)
      process.stdout.write(`\n=== ${name}\n${String(proof)}\n`)
    } finally {
      await close?.()
      await issuer.close()
    }
  })
})
