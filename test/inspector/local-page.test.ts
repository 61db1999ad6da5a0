/** `bearer inspect` in a real browser: a token is pasted and explained, a mapping is tried, and hostile tokens are nothing but text. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChainProvider, fromClaim, JwksProvider, standardScopes, StaticProvider } from '../../src/index.js'
import { runInspector } from '../../src/inspector/local.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { keycloak } from '../../providers/presets/index.js'
import { closing } from '../closing.js'
import { CHROMIUM, findingsOf, fitsAPhone, launch, opened, picture } from './browser-kit.js'
import { FILES } from './inspector-kit.js'
import type { Browser, Page } from 'playwright-core'
import type { BearerAuthProvider, GateOptions } from '../../src/index.js'

const AUDIENCE = 'https://mcp.example.com/mcp'

describe.skipIf(CHROMIUM === '')('the page on one\u2019s own machine', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await launch()))
  afterAll(() => browser.close())

  async function inspected(provider: BearerAuthProvider, gate?: GateOptions) {
    const running = closing(await runInspector(provider, { gate, port: 0, files: FILES }))
    const watched = await opened(browser)
    await watched.page.goto(running.link)
    await watched.page.getByLabel('Token', { exact: true }).waitFor()
    return { ...watched, place: running.link.replace(/#.*/, '') }
  }

  /** A realm of Keycloak that looks like one, and the server's providers, as its author has set them up. */
  function ours() {
    const people = createTestIssuer({ like: keycloak({ url: 'https://id.example.com', realm: 'acme', audience: AUDIENCE }) })
    const preset = keycloak({ url: 'https://id.example.com', realm: 'acme', audience: AUDIENCE, roles: { editor: ['notes:read', 'notes:write'] } })
    const provider = new ChainProvider([
      new JwksProvider({ ...preset, fetch: people.fetch, name: 'people' }),
      new StaticProvider({ 'the-key-of-a-machine': { claims: { sub: 'ci' }, scopes: ['notes:read'] } }, { name: 'machines' }),
    ])
    return { people, provider, gate: { resource: AUDIENCE, requiredScopes: ['notes:read'] } satisfies GateOptions }
  }

  const explain = async (page: Page, token: string): Promise<void> => {
    await page.getByLabel('Token', { exact: true }).fill(token)
    await page.getByRole('button', { name: 'Explain it' }).click()
    await page.locator('#verdict .verdict').waitFor()
  }

  // What somebody does who has never seen it: opens the link, pastes, reads.
  test('a new user with a refused token of Keycloak finds the cause: it is for another audience, and what to do in Keycloak', async () => {
    const { people, provider, gate } = ours()
    const { page, complaints } = await inspected(provider, gate)
    await explain(page, `Bearer ${await people.mint({ audience: 'account', sub: 'ada', roles: ['editor'] })}`)
    expect(await page.locator('#verdict').innerText()).toMatch(/^Refused: wrong audience at “aud”/)
    const [verdict, aud] = [page.locator('#verdict'), page.locator('.steps li.bad')]
    expect(await verdict.locator('.hint').innerText()).toMatch(/audience/i)
    expect(await aud.innerText()).toContain(AUDIENCE)
    expect(await aud.innerText()).toContain('"account"')
    const road = ['people says “it is mine” and looked at it, and refused it', 'machines says “it is not mine” and was not shown it', 'GET /mcp is answered 401']
    expect((await page.locator('.road').innerText()).split(/\n+/)).toEqual(road)
    expect(await page.getByRole('region', { name: 'The answer' }).innerText()).toMatch(/^HTTP 401\n[^]*WWW-Authenticate: Bearer error="invalid_token"/)
    expect(complaints).toEqual([])
    await picture(page, 'refused')
    await picture(page, 'refused-dark', { dark: true, phone: true })
    expect(await findingsOf(page)).toEqual([])
    await fitsAPhone(page)
  })

  test('an accepted token shows which rule made each scope, and what the gate still misses', async () => {
    const { people, provider } = ours()
    const { page } = await inspected(provider, { resource: AUDIENCE, requiredScopes: ['notes:read', 'notes:admin'] })
    await explain(page, await people.mint({ roles: ['editor'] }))
    expect(await page.locator('#verdict').innerText()).toBe('Accepted: but the gate answers 403')
    const scopes = await page.locator('#report .scopes').innerText()
    expect(scopes).toMatch(/notes:write: "editor" in realm_access\.roles/)
    expect(scopes).toContain('notes:admin is missing; it takes "notes:admin" in scope or scp')
    await page.getByText('Claims', { exact: true }).click()
    expect(await page.locator('#report').innerText()).toMatch(/exp\n\d{10} 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, in \d/)
    await picture(page, 'accepted')
    expect(await findingsOf(page)).toEqual([])
  })

  test('a mapping is tried while it is written: its scopes, what stands for nothing, and what is wrong with it', async () => {
    const { people, provider, gate } = ours()
    const { page, complaints } = await inspected(provider, gate)
    await explain(page, await people.mint({ roles: ['editor', 'intern'] }))
    const [mapping, mapped] = [page.getByLabel('Mapping, as JSON'), page.locator('#mapped')]
    // A row for each role, to be filled in.
    expect(JSON.parse(await mapping.inputValue())).toMatchObject({ fromClaim: [{ claim: 'realm_access.roles', table: { editor: [], intern: [] } }] })
    await mapping.fill('{ "standardScopes": false, "fromClaim": [{ "claim": "realm_access.roles", "table": { "editor": "notes:*" } }] }')
    await mapped.getByText('notes:*: "editor" in realm_access.roles').waitFor()
    await mapped.getByText('"intern" in realm_access.roles stands for no scope').waitFor()
    await picture(page, 'mapping', { selector: 'section:has(#mapping)' })
    await mapping.fill('{ "fromClaim": [{ "claim": "roles", "table": { "a*b": "notes:read" } }] }')
    await mapped.getByText('has a "*" that is not at its end').waitFor()
    await mapping.fill('{ "fromClaim": [')
    await mapped.getByText('The mapping is no JSON yet').waitFor()
    await mapping.fill('{ "scopes": true }')
    await mapped.getByText('there is no "scopes" here').waitFor()
    await mapping.fill('{}')
    await page.getByLabel('Claims, as JSON').fill('{ "scope": "a b" }')
    await mapped.getByRole('heading', { name: '2 scopes' }).waitFor()
    expect(await findingsOf(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('the keyboard is enough', async () => {
    const { people, provider, gate } = ours()
    const { page } = await inspected(provider, gate)
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id || (document.activeElement?.tagName ?? ''))
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter') // "Skip to the content"
    const way: string[] = []
    for (let n = 0; n < 8 && (await focused()) !== 'token'; n += 1) await page.keyboard.press('Tab')
    expect(await focused()).toBe('token')
    await page.keyboard.insertText(await people.mint({ expiresIn: -60 }))
    await page.keyboard.press('Enter')
    await page.getByText('Refused: expired').waitFor()
    for (let n = 0; n < 12; n += 1) {
      await page.keyboard.press('Tab')
      way.push(await focused())
    }
    expect(way).toEqual(expect.arrayContaining(['mapping', 'claims', 'BUTTON', 'SUMMARY', 'PRE']))
    const rings = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)
    expect(rings).not.toBe('none')
  })

  describe('a hostile token', () => {
    const HTML = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script><svg onload=globalThis.pwned=1>'
    const hostile: Readonly<Record<string, Record<string, unknown>>> = {
      'with HTML in its claims': { sub: HTML, [HTML]: HTML, name: '</code></dd></dl><h1>Accepted</h1>', nested: { [HTML]: [HTML, { deep: HTML }] } },
      'with a text that turns round': { sub: 'ada\u202eetihw\u2066\u200b\u0007\ud83d\ude00', 'cl\u202eaim': 'x' },
      'with a very long claim': { sub: 'x'.repeat(14_000), list: Array.from({ length: 200 }, (_, n) => `role-${n}`) },
      'with names of the language': { constructor: 'x', toString: 'y', __defineGetter__: [1], hasOwnProperty: {} },
      'with instants that are none': { iat: -1e300, nbf: Number.MAX_SAFE_INTEGER, auth_time: 'now', updated_at: {} },
      'with links and code': { sub: 'javascript:globalThis.pwned=1', picture: 'https://evil.example/pixel.png', website: 'data:text/html,<script>pwned=1</script>' },
    }

    test.each(Object.entries(hostile))('%s is text, and nothing is fetched for it', async (_, claims) => {
      const { people, provider, gate } = ours()
      const { page, asked, complaints, dialogs, place } = await inspected(provider, gate)
      const token = await people.mint({ claims, header: { typ: HTML, kid: HTML }, audience: [HTML, 'account'] })
      await explain(page, token)
      await page.getByText('Claims', { exact: true }).click()
      await page.getByText('Header', { exact: true }).click()
      expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false)
      expect(await page.locator('img, iframe, object, embed, main script, main h1').count()).toBe(0)
      expect([dialogs, complaints]).toEqual([[], []])
      expect(asked.filter((url) => !url.startsWith(place))).toEqual([])
      expect(await page.locator('#report').innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u0007]/)
      await fitsAPhone(page)
    })

    test.each([
      ['nothing but blanks', '   \n '],
      ['of a megabyte', 'x'.repeat(1_000_000)],
      ['that is no token at all', HTML],
      ['of three empty parts', '..'],
      ['with a broken part', 'eyJhbGciOiJFUzI1NiJ9.e30x.x'],
    ])('%s has an answer, and the page goes on', async (_, token) => {
      const { people, provider, gate } = ours()
      const { page, complaints } = await inspected(provider, gate)
      await page.getByLabel('Token', { exact: true }).fill(token)
      await page.getByRole('button', { name: 'Explain it' }).click()
      await page.locator('#verdict .verdict').waitFor()
      await explain(page, await people.mint({ roles: ['editor'] }))
      await page.locator('#verdict .verdict.accepted').waitFor()
      expect(complaints).toEqual([])
    })
  })

  test('the token is nowhere but in the field: not in the report, an address, a store of the browser, or what is read later', async () => {
    const { people, provider, gate } = ours()
    const { page, context, asked, place } = await inspected(provider, gate)
    const token = await people.mint({ roles: ['editor'] })
    await explain(page, token)
    const signature = token.split('.')[2] ?? ''
    expect(await page.locator('main').innerText()).not.toContain(signature)
    expect(asked.join()).not.toContain(signature)
    const stores = await page.evaluate(() => {
      const addresses = performance.getEntries().map(({ name }) => name)
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, addresses])
    })
    expect(stores).not.toContain(signature)
    const live = await context.request.get(`${place}api/live`)
    expect([live.status(), (await live.text()).includes(signature)]).toEqual([200, false])
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await page.getByLabel('Token', { exact: true }).inputValue()).toBe('')
    expect(await page.locator('#report').innerText()).toBe('')
    await page.reload()
    expect(await page.getByLabel('Token', { exact: true }).inputValue()).toBe('')
  })

  test('mappers that are a bug, and providers that are one, are told of without the token', async () => {
    const provider = { verifyToken: async (token: string): Promise<never> => { throw new RangeError(`the token ${token} is too nice`) } }
    const { page } = await inspected(provider)
    await explain(page, 'a-token-of-somebody')
    const said = await page.locator('#verdict').innerText()
    expect(said).toContain('RangeError')
    expect(said).not.toContain('a-token-of-somebody')
  })

  test('standard scopes and tables of one\u2019s own add up, as in the server', async () => {
    const issuer = createTestIssuer()
    const provider = new JwksProvider({ ...issuer.options, scopes: [standardScopes, fromClaim('roles', { admin: 'notes:*' })] })
    const { page } = await inspected(provider)
    await explain(page, await issuer.mint({ scopes: ['notes:list'], roles: ['admin'] }))
    expect(await page.locator('#report .scopes').innerText()).toMatch(/notes:list: "notes:list" in scope; implied by notes:\*\nnotes:\*: "admin" in roles/)
  })
})
