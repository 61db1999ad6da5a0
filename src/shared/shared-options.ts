/** Describes what a second level is made from. */
import type { Secret } from './seal.js'
import type { SharedStore } from './shared-store.js'

export interface SharedOptions {
  /** `redisStore(client)` of `bearer-auth-providers/redis`, or your own. */
  readonly store: SharedStore
  /** At least 32 random characters (`openssl rand -base64 32`) that seal what is stored; several for a rotation, the newest first. */
  readonly secret: Secret
}
