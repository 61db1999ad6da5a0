/** The inspector of a running server, in a real browser: the door, an outage seen live, and whoever cannot see or has no mouse. */
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/node.js'
import { ChainProvider, clientSecretBasic, IntrospectionProvider, JwksProvider, StaticProvider } from '../../src/index.js'
import { inspectorWith } from '../../src/inspector/inspector.js'
import { oneTimeLink } from '../../src/inspector/one-time-link.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { clock } from '../oauth-kit.js'
import { CHROMIUM, findingsOf, fitsAPhone, launch, opened, picture } from './browser-kit.js'
import { FILES, KEY, operators } from './inspector-kit.js'
import type { Browser } from 'playwright-core'

describe.skipIf(CHROMIUM === '')('the page of a running server', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await launch()))
  afterAll(() => browser.close())

  /** A server with people of an issuer, opaque tokens of another, and a machine; a clock that moves when told; and its inspector. */
  async function server(access: 'link' | 'key' = 'link') {
    const time = clock(Math.floor(Date.now() / 1000))
    const people = createTestIssuer({ issuer: 'https://people.example.com', now: time.now })
    const partners = createTestIssuer({ issuer: 'https://partners.example.com', accessTokens: 'opaque', now: time.now })
    const { clientId, clientSecret = '' } = partners.client
    const auth = new ChainProvider([
      new JwksProvider({ ...people.options, name: 'people' }),
      new IntrospectionProvider({
        ...{ issuer: partners.issuer, audience: partners.audience, clientAuth: clientSecretBasic(clientId, clientSecret) },
        ...{ fetch: partners.fetch, name: 'partners', now: time.now },
      }),
      new StaticProvider({ 'the-key-of-a-machine': { claims: { sub: 'ci' } } }, { name: 'machines' }),
    ])
    const told: string[] = []
    const inspect = inspectorWith(auth, { access: access === 'key' ? operators() : oneTimeLink((path) => void told.push(path)) }, { files: FILES })
    const guarded = bearerAuth(auth, { observe: inspect.observe })((_req, res) => void res.end('notes'))
    const { origin, ask } = closing(await listen(createServer((req, res) => inspect.node(req, res, () => void guarded(req, res)))))
    const call = async (token: string): Promise<number> => (await ask({ method: 'GET', headers: { authorization: `Bearer ${token}` } })).status
    return { auth, people, partners, time, inspect, origin, call, link: () => `${origin}${told.at(-1) ?? '/inspector/'}` }
  }

  test('opens by the link once, and keeps the code out of the address, the history and the network', async () => {
    const { link, origin } = await server()
    const { page, context, asked, complaints } = await opened(browser)
    const code = link().split('#')[1] ?? ''
    await page.goto(link())
    await page.getByRole('heading', { name: 'What goes on' }).waitFor()
    expect(page.url()).toBe(`${origin}/inspector/`)
    await page.goBack().catch(() => undefined)
    expect(page.url()).not.toContain(code)
    expect(asked.filter((url) => url.includes(code) || !url.startsWith(`${origin}/`))).toEqual([])
    expect(await context.cookies()).toEqual([expect.objectContaining({ name: 'bearer-inspector', path: '/inspector', httpOnly: true, sameSite: 'Strict' })])
    expect(complaints).toEqual([])
    const second = await opened(browser)
    await second.page.goto(link())
    await second.page.getByText('This link was used before').waitFor()
    expect(second.page.url()).not.toContain(code)
    expect(await findingsOf(second.page)).toEqual([])
  })

  test('opens by a key, and shuts by signing out; who is not let in reads why', async () => {
    const { origin } = await server('key')
    const { page, context } = await opened(browser)
    await page.goto(`${origin}/inspector`)
    expect(await findingsOf(page)).toEqual([])
    await page.getByLabel('Key').fill('not-the-key')
    await page.keyboard.press('Enter')
    await page.getByText('This key is not good here').waitFor()
    await page.getByLabel('Key').fill(KEY)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Key').waitFor()
    expect(await context.cookies()).toEqual([])
  })

  test('shows an outage of the issuer while it is there, and that it is over', async () => {
    const { link, people, partners, time, call } = await server()
    const { page, complaints } = await opened(browser)
    await page.goto(link())
    await page.getByText('All providers are well.').waitFor()
    expect(await call(await people.mint())).toBe(200)
    expect(await call(await people.mint({ expiresIn: -60 }))).toBe(401)
    expect(await call(await people.mint({ audience: 'https://other.example.com' }))).toBe(401)
    expect(await call('the-key-of-a-machine')).toBe(200)
    await page.getByText('refused: wrong audience').waitFor()

    people.outage()
    partners.outage()
    time.forward(700)
    expect(await call(await people.mint({ expiresIn: 900 }))).toBe(200)
    for (let n = 0; n < 5; n += 1) expect(await call(`an-opaque-token-${n}`)).toBe(503)
    await page.getByText('https://people.example.com is away: the keys of before serve').waitFor()
    await page.getByText('open: nobody asks').waitFor()
    await page.getByText('breaker opened').waitFor()
    await picture(page, 'outage')
    await picture(page, 'outage-phone', { phone: true, dark: true })
    expect(await findingsOf(page)).toEqual([])
    await fitsAPhone(page)

    people.heal()
    partners.heal()
    time.forward(60)
    expect(await call(await people.mint())).toBe(200)
    expect(await call(await partners.opaque())).toBe(200)
    await page.getByText('All providers are well.').waitFor()
    await page.getByText('breaker closed').waitFor()
    expect(complaints).toEqual([])
  })

  test('shows nothing of a token or a claim, and no place to paste one', async () => {
    const { link, people, call } = await server()
    const { page } = await opened(browser)
    await page.goto(link())
    const token = await people.mint({ sub: 'ada-of-acme', claims: { email: 'ada@acme.example' } })
    await call(token)
    await page.getByText('accepted').waitFor()
    const shown = await page.content()
    for (const secret of [token, token.split('.')[1] ?? '', 'ada-of-acme', 'ada@acme.example', 'the-key-of-a-machine']) expect(shown).not.toContain(secret)
    expect(await page.locator('textarea, input').count()).toBe(0)
    await page.getByText('Tokens are not looked at here').waitFor()
  })

  test('is in no frame of another page, and a page on another origin reads nothing of it', async () => {
    const { link, origin } = await server()
    const { page, context } = await opened(browser)
    await page.goto(link())
    await page.getByRole('heading', { name: 'What goes on' }).waitFor()
    const other = closing(await listen(createServer((_req, res) => void res.setHeader('Content-Type', 'text/html').end(`<title>evil</title><iframe src="${origin}/inspector/"></iframe>`))))
    const evil = await context.newPage()
    await evil.goto(other.origin)
    const read = await evil.evaluate(async (url) => {
      const tried = async (init: RequestInit): Promise<string> => fetch(url, init).then(async (response) => `${response.type} ${await response.text()}`, (error) => String(error))
      return [await tried({ credentials: 'include' }), await tried({ mode: 'no-cors', credentials: 'include' })]
    }, `${origin}/inspector/api/live`)
    expect(read.join()).not.toContain('health')
    expect(evil.frames().map((frame) => frame.url())).not.toContain(`${origin}/inspector/`)
  })
})
