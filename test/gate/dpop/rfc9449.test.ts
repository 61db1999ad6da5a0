/** The examples of RFC 9449: sections 4.1, 5 and 7.1. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { accessToken, gate } from '../../../src/index.js'
import { headers } from '../headers.js'
import type { AuthEvent } from '../../../src/index.js'

interface Example {
  readonly name: string
  readonly proof: string
  readonly jkt: string
  readonly access_token?: string
  readonly claims: { readonly htm: string; readonly htu: string; readonly iat: number }
}

const { examples } = JSON.parse(readFileSync(new URL('../../vectors/rfc9449/dpop_examples.json', import.meta.url), 'utf8')) as { readonly examples: readonly Example[] }

type Changed = Partial<Example['claims']> & { readonly token?: string }

async function asked({ proof, jkt, access_token: token = 'a-token', claims: { htm, htu, iat } }: Example, more: Changed = {}) {
  const events: AuthEvent[] = []
  const { origin, pathname } = new URL(htu)
  const provider = { verifyToken: async (text: string) => accessToken({ token: text, claims: { sub: 'ada', cnf: { jkt } }, scopes: [] }) }
  const own = gate(provider, { resource: `${origin}/protectedresource`, proof: { dpop: 'required', now: () => more.iat ?? iat, observe: (event) => events.push(event) } })
  const values = { authorization: [`DPoP ${more.token ?? token}`], dpop: [proof] }
  const { pass } = await own({ method: more.htm ?? htm, path: pathname, header: headers(values) })
  return { pass, check: events.flatMap((event) => (event.type === 'proof_refused' ? event.check : []))[0] }
}

describe('the examples of RFC 9449', () => {
  test.each(examples.map((example) => [example.name, example] as const))('%s', async (_, example) => {
    // Those for a token endpoint name no access token, and are good for no resource.
    expect(await asked(example)).toEqual(example.access_token === undefined ? { pass: false, check: 'claims' } : { pass: true, check: undefined })
  })

  test.each(examples.filter(({ access_token: token }) => token !== undefined).map((example) => [example.name, example] as const))('%s, but for one thing', async (_, example) => {
    const { iat } = example.claims
    expect(await asked(example, { htm: 'POST' })).toEqual({ pass: false, check: 'htm' })
    expect(await asked(example, { iat: iat + 301 })).toEqual({ pass: false, check: 'iat' })
    expect(await asked(example, { token: 'another' })).toEqual({ pass: false, check: 'ath' })
    expect(await asked({ ...example, jkt: 'A'.repeat(43) })).toEqual({ pass: false, check: 'binding' })
    expect(await asked({ ...example, proof: `${example.proof.slice(0, -2)}Aw` })).toEqual({ pass: false, check: 'signature' })
  })
})
