/** This file tells the developer of upgrades that go past the gate. */
import { warn } from '../lib/warn.js'
import type { IncomingMessage } from 'node:http'

/** The server that a message came to, as Node leaves it on the socket. */
interface UpgradingServer {
  listeners(event: 'upgrade'): readonly object[]
}

// The same symbol in every copy of this package.
const GUARDED = Symbol.for('bearer-auth-providers.guarded-upgrade')

/** The same listener, known as one that asks a gate. */
export function asGuarded<T extends object>(listener: T): T {
  return Object.assign(listener, { [GUARDED]: true })
}

/**
 * Warns once for each server, at the first of its requests. `routed`: how many of the listeners may be the framework's own,
 * which asks the gate about an upgrade as about any other request.
 */
export function tellOfUnguardedUpgrades({ socket }: IncomingMessage, routed = 0): void {
  const server = serverOf(socket)
  if (server === undefined || LOOKED_AT.has(server)) return
  LOOKED_AT.add(server)
  const unguarded = server.listeners('upgrade').filter((listener) => !(GUARDED in listener))
  if (unguarded.length > routed) warn(UNGUARDED)
}

const LOOKED_AT = new WeakSet<object>()

function serverOf(socket: object | undefined): UpgradingServer | undefined {
  const { server } = (socket ?? {}) as { server?: Partial<UpgradingServer> | null } // set by Node, and not declared
  return typeof server?.listeners === 'function' ? (server as UpgradingServer) : undefined
}

const UNGUARDED =
  'upgrades do not come to bearerAuth, and this server has a listener of "upgrade" that answers them without a token; write ' +
  "server.on('upgrade', guardUpgrade(auth)(webSockets)), with guardUpgrade from bearer-auth-providers/node"
