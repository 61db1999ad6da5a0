/** Checks what processes are to share by, where it is handed in: what then does the work is loaded later. */
import type { SharedStore } from './shared-store.js'

/** @throws TypeError for a store that lacks one of the verbs. */
export function checkedStore(store: SharedStore): SharedStore {
  const verbs = ['get', 'set', 'add', 'delete', 'swap'] as const
  if (verbs.some((verb) => typeof store?.[verb] !== 'function')) {
    throw new TypeError('"store" must have get, set, add, delete and swap: redisStore(client) of bearer-auth-providers/redis, or your own')
  }
  return store
}

export const WEAK_SECRET = '"secret" must be at least 32 random characters, or several such, the newest first: openssl rand -base64 32'

/** @throws TypeError for a secret that is missing or short. */
export function checkedSecrets(secret: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? [...secret] : [secret]
  if (secrets.length === 0 || !secrets.every(isLongText)) throw new TypeError(WEAK_SECRET)
  // One replica with the line end of its file and one without it would never understand each other.
  if (secrets.some((one) => one.trim() !== one)) throw new TypeError('"secret" must not begin or end with a blank or a line end')
  return secrets
}

function isLongText(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 32
}
