/** Servers of others under the prober: the table of docs/testing.md says what it found, and no more. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestIssuer, proofOf } from '../../../src/testing/index.js'
import { PEERS } from './peers.js'
import type { CheckResult } from '../../../src/testing/index.js'

beforeAll(() => {
  for (const method of ['info', 'debug', 'warn', 'error', 'log'] as const) vi.spyOn(console, method).mockImplementation(() => undefined)
})
afterAll(() => void vi.restoreAllMocks())

/** The rows of the table, by the name of the server: what gets in, and what is answered otherwise than it should be. */
const rows = new Map(
  readFileSync('docs/testing.md', 'utf8')
    .split('\n')
    .filter((line) => Object.keys(PEERS).some((name) => line.startsWith(`| ${name} |`)))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', letIn = '', otherwise = '']) => [name, { letIn: namesIn(letIn), otherwise: namesIn(otherwise) }]),
)

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name)
}

test('every server of the table is tried', () => {
  expect([...rows.keys()]).toEqual(Object.keys(PEERS))
})

describe('the table says what the prober finds', () => {
  test.each(Object.keys(PEERS))('at %s', async (name) => {
    const { start, routes, scoped, open, typ } = PEERS[name] as (typeof PEERS)[string]
    const issuer = await createTestIssuer({ audience: 'https://mcp.example.com/mcp', alg: 'RS256' }).listen()
    const { app, close } = await start(issuer)
    try {
      const proof = await proofOf(app, { issuer, routes, open, token: typ === undefined ? {} : { typ }, ...(scoped && { requiredScopes: ['notes:read'] }) })
      expect(proof.trusted, String(proof)).toBe(true)
      const lets = ({ trials }: CheckResult): boolean => trials.some(({ letIn }) => letIn)
      const names = (results: readonly CheckResult[]): readonly string[] => results.map(({ check }) => check)
      const found = { letIn: names(proof.open.filter(lets)), otherwise: names(proof.open.filter((result) => !lets(result))) }
      expect(found, String(proof)).toEqual(rows.get(name))
    } finally {
      await close?.()
      await issuer.close()
    }
  })
})
