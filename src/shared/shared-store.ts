/** Describes a place that several processes share, such as Redis. What is written there was sealed before. */

/**
 * Five verbs over names and texts. Any of them may fail or hang: that is a miss, and never an error to a request.
 * Spans are in seconds and may have fractions.
 */
export interface SharedStore {
  /** Reads the text under this name; null or undefined when there is none, or it has expired. */
  get(name: string): Promise<string | null | undefined>
  /** Writes, whatever was there. The text expires after so many seconds. */
  set(name: string, text: string, seconds: number): Promise<unknown>
  /** Writes only where there is nothing, atomically: true when it did. */
  add(name: string, text: string, seconds: number): Promise<boolean>
  delete(name: string): Promise<unknown>
  /** Writes only where this very text still stands, as one step; null takes it away. True when it did. */
  swap(name: string, before: string, text: string | null, seconds: number): Promise<boolean>
}

/** A secret is at least 32 random characters. Several are for a rotation: the first seals, all of them open. */
export type Secret = string | readonly string[]

/** What a second level is made from. */
export interface SharedOptions {
  /** `redisStore(client)` of `bearer-auth-providers/redis`, or your own. */
  readonly store: SharedStore
  /** At least 32 random characters (`openssl rand -base64 32`) that seal what is stored; several for a rotation, the newest first. */
  readonly secret: Secret
}
