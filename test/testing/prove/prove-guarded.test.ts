/** The prober finds every hole that was planted, and calls nothing open that is whole. */
import { describe, expect, test } from 'vitest'
import { createTestIssuer, proofOf, proveGuarded } from '../../../src/testing/index.js'
import { BROKEN } from './broken/broken-servers.js'
import { referenceServer } from './broken/reference-server.js'
import { verifier } from './broken/reference-verifier.js'
import type { Proof, ProveOptions, TestIssuer } from '../../../src/testing/index.js'

const AUDIENCE = 'https://api.test/mcp'

/** An issuer with a clock of the test's, and a proof that tries everything. */
function setUp(): { readonly issuer: TestIssuer; readonly now: () => number; readonly options: ProveOptions } {
  let later = 0
  const now = (): number => Date.now() / 1000 + later
  const issuer = createTestIssuer({ audience: AUDIENCE, now, scopes: ['notes:read', 'notes:write'] })
  return {
    issuer,
    now,
    options: {
      issuer,
      routes: ['/notes', '/mcp'],
      requiredScopes: ['notes:read'],
      token: { scopes: ['notes:read', 'notes:write'] },
      operations: { 'tools/call': { 'purge-notes': 'notes:write' } },
      otherTenant: { tenant: 'globex' },
      elapse: (seconds) => (later += seconds),
    },
  }
}

const found = ({ open }: Proof): readonly string[] => open.map(({ check }) => check)

describe('a server that is whole', () => {
  test('holds in every check, and every check was tried', async () => {
    const { issuer, now, options } = setUp()
    const proof = await proveGuarded(referenceServer(issuer, { verify: verifier(issuer, { now }) }), options)
    expect(proof.untold.map(({ check }) => check)).toEqual([])
    expect(proof.notTried).toEqual([])
    expect(proof.routes).toEqual(['GET /notes', 'POST /mcp'])
  })
})

describe('a server that', () => {
  test.each(BROKEN)('$hole is found by $check', async ({ app, check }) => {
    const { issuer, now, options } = setUp()
    const proof = await proofOf(app(issuer, now) as object, options)
    expect(found(proof), String(proof)).toContain(check)
  })
})
