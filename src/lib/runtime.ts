/** Tells what the runtime has and what it forbids. */

interface Runtime {
  readonly navigator?: { readonly userAgent?: string }
  readonly Deno?: unknown
  readonly process?: {
    readonly versions?: { readonly node?: string; readonly bun?: string }
    readonly getBuiltinModule?: (name: 'node:crypto') => typeof import('node:crypto') | undefined
  }
}

const runtime = globalThis as unknown as Runtime // what it may have, asked for by name

const isWorkerd = runtime.navigator?.userAgent === 'Cloudflare-Workers'

/**
 * Cloudflare Workers end a request that awaits a promise which another request started.
 * There, every request asks for itself.
 */
export const mayShareBetweenRequests: boolean = !isWorkerd

/** True on Node itself, whose `fetch` is undici. */
export const isNode: boolean = isNodeItself()

/** Is `node:crypto` where that is the runtime's own and faster than WebCrypto: on Node and Bun, not on Deno and workerd. */
export function nodeCrypto(): typeof import('node:crypto') | undefined {
  if (isWorkerd || runtime.Deno !== undefined || runtime.process?.versions?.node === undefined) return undefined
  return runtime.process.getBuiltinModule?.('node:crypto')
}

function isNodeItself(): boolean {
  const { node, bun } = runtime.process?.versions ?? {}
  return node !== undefined && bun === undefined && runtime.Deno === undefined && !isWorkerd
}
