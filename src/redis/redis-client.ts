/** Either of the two clients for Redis and Valkey, as one function for commands and one for a bell. */

/** A client of `redis` (node-redis) 4 and newer: what `createClient()` gives. Described here, so that nothing is imported. */
export interface NodeRedisClient {
  readonly isReady: boolean
  once(event: 'ready', listener: () => void): unknown
  sendCommand(args: readonly string[], options?: { timeout?: number }): Promise<unknown>
  duplicate(): NodeRedisLine
}

/** A connection of its own, for a subscription. */
export interface NodeRedisLine {
  connect(): Promise<unknown>
  subscribe(channel: string, listener: () => void): Promise<unknown>
  destroy(): void
  on(event: 'ready' | 'error', listener: () => void): unknown
}

/** A client of `ioredis` 5 and newer: what `new Redis()` gives. */
export interface IoredisClient {
  readonly isCluster: boolean
  readonly status: string
  once(event: 'ready', listener: () => void): unknown
  call(command: string, ...args: string[]): Promise<unknown>
  duplicate(override: { lazyConnect: boolean }): IoredisLine
}

/** A connection of its own, for a subscription. */
export interface IoredisLine {
  connect(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
  on(event: 'ready' | 'error' | 'message', listener: () => void): unknown
}

/** What `redisStore` and `redisRevocationLog` take. Connect it and end it yourself, and listen to its `error` events. */
export type RedisClient = NodeRedisClient | IoredisClient

export interface RedisLine {
  /** Settles when the client is connected. */
  ready(): Promise<void>
  /** One command, as Redis documents it, and its reply in texts. Rejects or hangs as the client does. */
  command(...args: [string, ...string[]]): Promise<unknown>
  /**
   * Calls `rung` for every message on the channel, and whenever a connection is there again, because messages were lost
   * while it was not. Begins at once, whether or not Redis is there. Gives the function that ends it.
   */
  listen(channel: string, rung: () => void): () => void
}

/** @throws TypeError for anything but one of the two clients for one server: no cluster, no sentinel, no pool. */
export function redisLine(client: RedisClient): RedisLine {
  if (isIoredis(client)) {
    return {
      ready: async () => (client.status === 'ready' ? undefined : onceReady(client)),
      command: async (...args) => inTexts(await client.call(...args)),
      listen: (channel, rung) => ioredisBell(client, channel, rung),
    }
  }
  if (isNodeRedis(client)) {
    return {
      ready: async () => (client.isReady ? undefined : onceReady(client)),
      command: async (...args) => inTexts(await (client.isReady ? client.sendCommand(args, AT_ONCE) : client.sendCommand(args))),
      listen: (channel, rung) => nodeRedisBell(client, channel, rung),
    }
  }
  throw new TypeError('"client" must be a client of redis (createClient) or ioredis (new Redis) for one server; clusters, sentinels and pools are not supported')
}

/**
 * node-redis 6 gives each command five seconds until it is sent, by an `AbortSignal.timeout` that nobody calls off: a kilobyte
 * until then, and thousands that fire in one turn of the event loop after a burst. With a connection it is sent now. (D130)
 */
const AT_ONCE = { timeout: 0 }

function onceReady(client: Pick<RedisClient, 'once'>): Promise<void> {
  return new Promise((resolve) => void client.once('ready', resolve))
}

function isIoredis(client: unknown): client is IoredisClient {
  return has(client, 'call', 'function') && has(client, 'duplicate', 'function') && !(has(client, 'isCluster', 'boolean') && client.isCluster === true)
}

function isNodeRedis(client: unknown): client is NodeRedisClient {
  // The clients for clusters and sentinels look alike, and their sendCommand takes something else.
  const isOfSeveral = has(client, 'nodeClient', 'function') || has(client, 'getMasterNode', 'function')
  return !isOfSeveral && has(client, 'isReady', 'boolean') && has(client, 'sendCommand', 'function') && has(client, 'duplicate', 'function')
}

function has<N extends string>(value: unknown, name: N, type: 'function' | 'boolean'): value is Record<N, unknown> {
  return typeof value === 'object' && value !== null && name in value && typeof (value as Record<N, unknown>)[name] === type
}

/** Both clients can be told to give bytes instead of texts. */
function inTexts(reply: unknown): unknown {
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply)
  return Array.isArray(reply) ? reply.map(inTexts) : reply
}

function nodeRedisBell(client: NodeRedisClient, channel: string, rung: () => void): () => void {
  const line = client.duplicate()
  // Subscribing again is nothing where the client did it itself.
  ring(line, () => line.subscribe(channel, rung), rung)
  return () => line.destroy()
}

function ioredisBell(client: IoredisClient, channel: string, rung: () => void): () => void {
  const line = client.duplicate({ lazyConnect: true })
  line.on('message', rung)
  ring(line, () => line.subscribe(channel), rung)
  return () => line.disconnect()
}

/** Connects and subscribes, now and after every interruption. */
function ring(line: NodeRedisLine | IoredisLine, subscribe: () => Promise<unknown>, rung: () => void): void {
  // Without a listener an error would end the process. The client tries again, and the log is read without a bell too.
  line.on('error', nothing)
  line.on('ready', () => void subscribe().then(rung, nothing))
  line.connect().catch(nothing)
}

function nothing(): void {}
