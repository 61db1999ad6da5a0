/** What is loaded by those who need it. */
import { describe, expect, test } from 'vitest'
import { gate } from '../../src/index.js'
import { loaded, onDemand } from '../../src/lib/loaded.js'
import { headers } from '../gate/headers.js'
import { says } from '../oauth-kit.js'

describe('what is being loaded', () => {
  test('is waited for until it is there, and at hand from then on', async () => {
    const code = loaded(Promise.resolve('code'))
    expect(code()).toBeInstanceOf(Promise)
    expect(await code()).toBe('code')
    expect(code()).toBe('code')
  })

  test('that cannot be had fails for each who needs it, and for nobody else', async () => {
    const code = loaded(Promise.reject(new Error('no such file')))
    await new Promise((resolve) => void setImmediate(resolve)) // nobody was told: nothing that is unhandled
    await expect(code()).rejects.toThrow('no such file')
    await expect(code()).rejects.toThrow('no such file')
  })

  test('on demand is loaded once, by the first who asks', async () => {
    let times = 0
    const code = onDemand(async () => (times += 1))
    expect(times).toBe(0)
    expect(await Promise.all([code(), code()])).toEqual([1, 1])
    expect(code()).toBe(1)
  })
})

test('the first request of a gate, which comes before what reads its operations is there, passes only if it may', async () => {
  const decide = gate(says('yes'), { operations: { 'tools/call': { purge: 'notes:purge' } } })
  const asking = decide({
    ...{ method: 'POST', path: '/mcp' },
    header: headers({ authorization: ['Bearer a-token'], 'content-type': ['application/json'] }),
    body: async () => ({ text: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'purge' } }) }),
  })
  expect(await asking).toMatchObject({ pass: false, answer: { status: 403 } })
})
