/** Waits for work that no timer stands before: promises, and what WebCrypto has in its threads, however long that takes here. */

const NAMES = ['decrypt', 'deriveBits', 'deriveKey', 'digest', 'encrypt', 'importKey', 'sign', 'verify'] as const

let underWay = 0

for (const name of NAMES) {
  const original = crypto.subtle[name] as (...args: unknown[]) => Promise<unknown>
  const noted = (...args: unknown[]): Promise<unknown> => {
    underWay += 1
    const over = (): void => void (underWay -= 1)
    const job = original.apply(crypto.subtle, args)
    job.then(over, over)
    return job
  }
  Object.defineProperty(crypto.subtle, name, { configurable: true, writable: true, value: noted })
}

/** Resolves when nothing is left to do but what waits for a timer, a socket or a promise of the test's own. */
export async function quiet(): Promise<void> {
  for (let calm = 0; calm < 2; calm = underWay === 0 ? calm + 1 : 0) await new Promise((resolve) => void setImmediate(resolve))
}
