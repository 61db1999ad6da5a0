/** This file has every message of an MCP transport handled in the context of one caller. */
import { runWithAuth } from '../context.js'
import { authInfoOf } from './auth-info.js'
import type { AuthContext } from '../context.js'

/** What we need of the transports of both SDKs, so that nothing of them is imported. `onmessage` is set and not declared: its types differ. */
export interface StdioTransport {
  close(): Promise<void>
}

type Handler = (message: unknown, extra?: object) => unknown

/** The same transport. Whoever sets `onmessage`, as the SDK does when a server is connected, is called as the caller. */
export function carryingCaller<T extends StdioTransport>(transport: T, context: AuthContext): T {
  let handler = (transport as { onmessage?: Handler }).onmessage
  const authInfo = authInfoOf(context)
  return Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    enumerable: true,
    get: () => {
      const current = handler
      return current && ((message: unknown, extra?: object) => runWithAuth(context, () => current(message, { ...extra, authInfo })))
    },
    set: (next: Handler | undefined) => {
      handler = next
    },
  })
}
