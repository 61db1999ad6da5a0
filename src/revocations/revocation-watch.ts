/** Tells the holders of tokens that these were revoked: each of its own token, and nobody of a stranger's. */
import type { RevocationMarks } from './revocation-marks.js'
import type { RevocationEntry, RevokedBy } from './revocation.js'

interface Watcher {
  readonly marks: RevocationMarks
  readonly revoked: () => void
}

/** Finds those that a revocation concerns by its value: what it costs does not grow with the number of those who watch. */
export class RevocationWatch {
  readonly #byValue: Readonly<Record<RevokedBy, Map<string, Set<Watcher>>>> = {
    jti: new Map(),
    sub: new Map(),
    sid: new Map(),
    client_id: new Map(),
    token: new Map(),
  }

  /** Calls `revoked` when a token with these marks is revoked. Gives the function that ends this. */
  add(marks: RevocationMarks, revoked: () => void): () => void {
    const watcher: Watcher = { marks, revoked }
    const kept = KINDS.flatMap((by) => (marks[by] === undefined ? [] : [[by, marks[by]] as const]))
    for (const [by, value] of kept) this.#watchersOf(by, value).add(watcher)
    return () => {
      for (const [by, value] of kept) this.#remove(by, value, watcher)
    }
  }

  /** A revocation has come into force. */
  ring(entry: RevocationEntry): void {
    for (const { marks, revoked } of [...(this.#byValue[entry.by].get(entry.value) ?? [])]) if (covers(entry, marks)) revoked()
  }

  #watchersOf(by: RevokedBy, value: string): Set<Watcher> {
    const watchers = this.#byValue[by].get(value) ?? new Set()
    this.#byValue[by].set(value, watchers)
    return watchers
  }

  #remove(by: RevokedBy, value: string, watcher: Watcher): void {
    const watchers = this.#byValue[by].get(value)
    watchers?.delete(watcher)
    if (watchers?.size === 0) this.#byValue[by].delete(value)
  }
}

const KINDS: readonly RevokedBy[] = ['token', 'jti', 'sid', 'sub', 'client_id']

// As the table has it: a token that does not say when it was issued counts as old.
function covers({ issuer, before }: RevocationEntry, marks: RevocationMarks): boolean {
  return (issuer === undefined || issuer === marks.issuer) && !(marks.issuedAt >= before)
}
