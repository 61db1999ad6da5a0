/** What the runtime forbids. */

/**
 * Cloudflare Workers end a request that awaits a promise which another request started.
 * There, every request asks for itself.
 */
export const mayShareBetweenRequests: boolean =
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent !== 'Cloudflare-Workers'
