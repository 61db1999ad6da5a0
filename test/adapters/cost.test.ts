/** What a request with a remembered token makes on its way through the gate: promises and bytes are counted, and no time is measured. */
import { createHook } from 'node:async_hooks'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/node.js'
import { accept, getAccessToken, standardScopes, StandardProvider } from '../../src/index.js'
import type { Verdict } from '../../src/index.js'

const TOKEN = 'ci-0123456789abcdef'
const HEADERS = ['Host', 'mcp.example.com', 'Authorization', `Bearer ${TOKEN}`, 'Content-Type', 'application/json', 'Accept', 'application/json', 'Content-Length', '130']

class Remembering extends StandardProvider {
  checks = 0

  protected override check(): Verdict {
    this.checks += 1
    return accept({ sub: 'ci', scope: 'deploy', aud: 'https://mcp.example.com/mcp' })
  }
}

const provider = new Remembering({ scopes: [standardScopes] })
let served = 0
const guarded = bearerAuth(provider, { resource: 'https://mcp.example.com/mcp', requiredScopes: ['deploy'] })(() => {
  if (getAccessToken()?.subject === 'ci') served += 1
})

test('no more promises than one for each step that may have to wait', async () => {
  for (const one of messages(50)) await guarded(...one)
  let promises = 0
  const hook = createHook({ init: (_id, type) => void (type === 'PROMISE' && (promises += 1)) })
  const counts: number[] = []
  for (const one of messages(20)) {
    promises = 0
    hook.enable()
    await guarded(...one)
    hook.disable()
    counts.push(promises)
  }
  expect([served, provider.checks]).toEqual([70, 1])
  // Provider, its answer looked at, caller, decision, gate, adapter; and while a hook listens, one more for each await.
  expect(Math.min(...counts)).toBeLessThanOrEqual(13)
})

test('no more than twelve kilobytes', async () => {
  const rounds: number[] = []
  for (let round = 0; round < 40; round += 1) {
    const all = messages(100)
    const before = getHeapStatistics().used_heap_size
    for (const one of all) await guarded(...one)
    rounds.push((getHeapStatistics().used_heap_size - before) / all.length)
  }
  // Less where the garbage collector came in between.
  const bytes = rounds.toSorted((a, b) => a - b)[20] ?? 0
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(12_000)
})

/** Requests as they come from a socket, and the answers to them, made before anything is counted. */
function messages(count: number): [IncomingMessage, ServerResponse][] {
  return Array.from({ length: count }, () => {
    const message = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', url: '/mcp', rawHeaders: [...HEADERS] })
    return [message, new ServerResponse(message)]
  })
}
