/** Debian's Chromium with pages of the inspector: what it looked for on the network, what axe finds, and pictures for the documents. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import axe from 'axe-core'
import { chromium } from 'playwright-core'
import { expect } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright-core'

export const CHROMIUM = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout?.trim() ?? ''

if (CHROMIUM === '') process.stderr.write('\n  !!! chromium is not installed: the inspector is not tried in a browser (apt-get install chromium)\n\n')

/** How long the browser may take for anything, which says nothing of us: just short of a test's own time. */
const PATIENCE = 100_000

/** As root, Chromium runs without its sandbox only. */
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: PATIENCE })

export interface Watched {
  readonly page: Page
  readonly context: BrowserContext
  /** Every URL that was asked for. */
  readonly asked: readonly string[]
  /** What the browser complains of: scripts that fail, and whatever the policy of the page forbids. */
  readonly complaints: readonly string[]
  /** Questions that a page opens, such as `alert()`. */
  readonly dialogs: readonly string[]
}

export async function opened(browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1_200, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const [asked, complaints, dialogs]: string[][] = [[], [], []]
  page.on('request', (request) => void asked?.push(request.url()))
  page.on('pageerror', (error) => void complaints?.push(String(error)))
  // A refusal of the server is no fault of the page.
  page.on('console', (message) => void (message.type() === 'error' && !message.text().startsWith('Failed to load resource') && complaints?.push(message.text())))
  page.on('dialog', (dialog) => void (dialogs?.push(dialog.message()), void dialog.dismiss()))
  return { page, context, asked: asked ?? [], complaints: complaints ?? [], dialogs: dialogs ?? [] }
}

/** What axe finds on the page as it is, in light and dark, and as wide as a phone. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  const size = page.viewportSize() ?? { width: 1_200, height: 900 }
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [size.width, 360]) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ ...size, width })
      await page.evaluate(axe.source) // by the debugger: the policy of the page lets no script of others in
      const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
      found.push(...violations.map(({ id, nodes }) => `${id} in ${colorScheme} at ${width}: ${nodes.map(({ target }) => String(target)).join(', ')}`))
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(size)
  return found
}

/** Nothing stands beyond the edge of a phone. */
export async function fitsAPhone(page: Page): Promise<void> {
  const size = page.viewportSize() ?? { width: 1_200, height: 900 }
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  await page.setViewportSize(size)
}

interface PictureOptions {
  /** A part of the page alone. */
  readonly selector?: string
  readonly dark?: boolean
  readonly phone?: boolean
}

/** A picture for `docs/inspector.md`, with `WRITE=1`. */
export async function picture(page: Page, name: string, options: PictureOptions = {}): Promise<void> {
  if (process.env.WRITE !== '1') return
  mkdirSync('docs/inspector', { recursive: true })
  const size = page.viewportSize() ?? { width: 1_200, height: 900 }
  await page.emulateMedia({ colorScheme: options.dark === true ? 'dark' : 'light' })
  if (options.phone === true) await page.setViewportSize({ width: 360, height: 740 })
  const path = `docs/inspector/${name}.png`
  if (options.selector === undefined) await page.screenshot({ path })
  else await page.locator(options.selector).first().screenshot({ path })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(size)
}
