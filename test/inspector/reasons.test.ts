/** Each reason that a token is refused for has a state of the page that names it: the table of the README, made true one by one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChainProvider, clientSecretBasic, IntrospectionProvider, JwksProvider, StaticProvider } from '../../src/index.js'
import { inspectToken } from '../../src/inspect/inspect-token.js'
import { runInspector } from '../../src/inspector/local.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { AUDIENCE, ISSUER } from '../oauth-kit.js'
import { CHROMIUM, findingsOf, launch, opened } from './browser-kit.js'
import { FILES } from './inspector-kit.js'
import type { Browser, Page } from 'playwright-core'
import type { BearerAuthProvider, GateOptions, JwksProviderOptions, RejectReason } from '../../src/index.js'
import type { TokenReport } from '../../src/inspect/token-report.js'
import type { MintJwtOptions } from '../../src/testing/index.js'

interface Case {
  readonly provider: BearerAuthProvider
  readonly token: string
  readonly gate?: GateOptions
}

/** A token with one fault, for a provider that has none; or the other way round. */
async function jwt(about: MintJwtOptions, options: Partial<JwksProviderOptions> = {}): Promise<Case> {
  const issuer = createTestIssuer({ issuer: ISSUER, audience: AUDIENCE })
  return { provider: new JwksProvider({ ...issuer.options, ...options } as JwksProviderOptions), token: await issuer.mint(about) }
}

const revoked = async (): Promise<Case> => {
  const made = await jwt({ sub: 'ada' })
  await (made.provider as JwksProvider).revoke({ sub: 'ada', issuer: ISSUER })
  return made
}

const opaque = async (): Promise<Case> => {
  const issuer = createTestIssuer({ issuer: ISSUER, audience: AUDIENCE, accessTokens: 'opaque' })
  const { clientId, clientSecret = '' } = issuer.client
  const provider = new IntrospectionProvider({ issuer: ISSUER, audience: AUDIENCE, clientAuth: clientSecretBasic(clientId, clientSecret), fetch: issuer.fetch })
  return { provider, token: 'a-token-that-nobody-issued' }
}

const away = async (): Promise<Case> => {
  const issuer = createTestIssuer({ issuer: ISSUER, audience: AUDIENCE })
  const token = await issuer.mint()
  issuer.outage()
  return { provider: new JwksProvider(issuer.options), token }
}

const list = (): StaticProvider => new StaticProvider({ 'a-long-enough-key': { claims: { sub: 'ci' } } })

const REFUSED: Readonly<Record<RejectReason, () => Promise<Case>>> = {
  malformed: async () => ({ ...(await jwt({})), token: 'no.jwt.here' }),
  unsupported_algorithm: () => jwt({ header: { alg: 'HS256' } }),
  unknown_key: () => jwt({ header: { kid: 'a key of another environment' } }),
  bad_signature: () => jwt({ signedBy: 'stranger' }),
  wrong_type: () => jwt({ claims: { at_hash: 'x', nonce: 'y' }, typ: 'JWT' }),
  wrong_issuer: () => jwt({ claims: { iss: `${ISSUER}/` } }),
  wrong_audience: () => jwt({ audience: `${AUDIENCE}/` }),
  expired: () => jwt({ expiresIn: -60 }),
  not_yet_valid: () => jwt({ claims: { nbf: Math.floor(Date.now() / 1000) + 600 } }),
  missing_claim: () => jwt({}, { requiredClaims: ['org_id'] }),
  invalid_claim: () => jwt({ claims: { exp: Date.now() } }),
  unknown_token: opaque,
  no_owner: async () => ({ ...(await jwt({ claims: { iss: `${ISSUER}/` } })), provider: new ChainProvider([(await jwt({})).provider, list()]) }),
  revoked,
  unproven: () => jwt({ claims: { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } } }),
}

describe('the report', () => {
  test.each(Object.entries(REFUSED))('of a token that is refused for %s names the reason, the step, and what the client is answered', async (reason, make) => {
    const { provider, token, gate } = await make()
    const { steps, client } = await inspectToken(provider, token, { gate })
    expect(steps.flatMap((step) => step.reason ?? [])).toContain(reason)
    expect(client).toMatchObject({ passed: false, status: 401 })
  })
})

describe.skipIf(CHROMIUM === '')('the page', () => {
  let browser: Browser
  let page: Page
  let report: TokenReport
  let close: () => Promise<void>
  beforeAll(async () => {
    browser = await launch()
    const running = await runInspector(list(), { port: 0, files: FILES })
    close = running.close
    page = (await opened(browser)).page
    // One page for all: what the server reports is made here, and everything else is as it is.
    await page.route('**/api/report', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(report) }))
    await page.goto(running.link)
  })
  afterAll(async () => {
    await browser.close()
    await close()
  })

  async function shown({ provider, token, gate }: Case): Promise<{ readonly verdict: string; readonly whole: string }> {
    report = await inspectToken(provider, token, { gate })
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('textbox', { name: 'Token' }).fill(token)
    await page.getByRole('button', { name: 'Explain it' }).click()
    await page.locator('#verdict .verdict').waitFor()
    return { verdict: await page.locator('#verdict').innerText(), whole: await page.locator('#report').innerText() }
  }

  test.each(Object.entries(REFUSED))('says of %s what did not fit, where, and what to do', async (reason, make) => {
    const { verdict, whole } = await shown(await make())
    expect(verdict).toMatch(new RegExp(`^Refused: ${reason.replaceAll('_', ' ')} at “[^”]+”`))
    expect(whole).toMatch(/is answered 401/)
    const failed = report.steps.find((step) => step.reason === reason)
    if (failed?.hint !== undefined) expect(verdict).toContain(failed.hint)
  })

  test('says of a scope that is missing which rule would grant it, and that the gate answers 403', async () => {
    const { verdict, whole } = await shown({ ...(await jwt({ scopes: ['notes:read'] })), gate: { requiredScopes: ['notes:write'] } })
    expect(verdict).toBe('Accepted: but the gate answers 403')
    expect(whole).toContain('notes:write is missing; it takes "notes:write" in scope or scp')
    expect(whole).toMatch(/WWW-Authenticate: Bearer error="insufficient_scope"/)
  })

  test('says of an issuer that is away that nobody knows, and what gave no answer', async () => {
    const { verdict, whole } = await shown(await away())
    expect(verdict).toMatch(/^Nobody knows: at “signature”\s+no answer from id\.example\.com/)
    expect(whole).toMatch(/is answered 503[^]*Retry-After: \d/)
    expect(await findingsOf(page)).toEqual([])
  })
})
