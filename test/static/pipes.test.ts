/** A file that becomes a pipe: to open or read one waits for whoever writes there, and that may be nobody. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { JwksProvider, StaticProvider } from '../../src/index.js'
import { readTextFile } from '../../src/lib/text-file.js'
import { AUDIENCE, clock, ISSUER, signer } from '../oauth-kit.js'
import type { AuthEvent } from '../../src/index.js'

const { stat, open } = fs
const folder = mkdtempSync(join(tmpdir(), 'pipes-'))
afterEach(() => {
  Object.assign(fs, { stat, open })
  syncBuiltinESMExports()
})

function file(name: string, text = '{}'): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

function becomesPipe(path: string): void {
  rmSync(path)
  execFileSync('mkfifo', [path])
}

test('a list that becomes a pipe is told of, and the one before serves on', async () => {
  const path = file('tokens', JSON.stringify({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } } }))
  const events: AuthEvent[] = []
  const provider = await StaticProvider.fromFile(path, { observe: (event) => events.push(event) })
  becomesPipe(path)
  await provider.reload()
  expect(events).toMatchObject([{ type: 'list_unreadable', message: `${path} is not a file` }])
  expect(await provider.verifyToken('ci-0123456789abcdef')).not.toBeNull()
  await provider.close()
})

test('a file that becomes a pipe between the look at it and its opening is not waited for', async () => {
  const path = file('swapped')
  let isPipe = false
  const swap = (): void => {
    if (!isPipe) becomesPipe(path)
    isPipe = true
  }
  const swapping = {
    stat: async (...call: Parameters<typeof stat>) => {
      const found = await stat(...call)
      swap()
      return found
    },
    open: (...call: Parameters<typeof open>) => {
      swap()
      return open(...call)
    },
  }
  Object.assign(fs, swapping)
  syncBuiltinESMExports()
  await expect(readTextFile(path)).rejects.toThrow(`${path} is not a file`)
  expect(isPipe).toBe(true)
})

test('a file of keys that is a pipe is unavailable at once', async () => {
  const path = file('jwks.json')
  becomesPipe(path)
  const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksFile: path, now: clock().now })
  await expect(provider.verifyToken(await (await signer()).sign())).rejects.toThrow(`${path} is not a file`)
  await provider.close()
})
