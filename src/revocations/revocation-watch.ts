/** Tells the holders of tokens that these were revoked: each of its own token, and nobody of a stranger's. */
import type { RevocationMarks } from './revocation-marks.js'
import type { RevocationEntry, RevokedBy } from './revocation.js'

/** Somebody who holds a token. */
export interface Watcher {
  readonly marks: RevocationMarks
  /** Called when the token is no longer valid. */
  readonly ended: (how: 'revoked' | 'closed') => void
}

/** Finds those that a revocation concerns by its value: what it costs does not grow with the number of those who watch. */
export class RevocationWatch {
  readonly #byValue: Readonly<Record<RevokedBy, Map<string, Watcher | Set<Watcher>>>> = {
    jti: new Map(),
    sub: new Map(),
    sid: new Map(),
    client_id: new Map(),
    token: new Map(),
  }

  add(watcher: Watcher): void {
    for (const [by, mark] of MARKS) this.#add(by, watcher.marks[mark], watcher)
  }

  remove(watcher: Watcher): void {
    for (const [by, mark] of MARKS) this.#remove(by, watcher.marks[mark], watcher)
  }

  /** A revocation has come into force. */
  ring(entry: RevocationEntry): void {
    const watchers = this.#byValue[entry.by].get(entry.value) ?? []
    for (const { marks, ended } of 'marks' in watchers ? [watchers] : [...watchers]) if (covers(entry, marks)) ended('revoked')
  }

/** Most values have one watcher, and thousands of sets of one would take more room than all else here. */
  #add(by: RevokedBy, value: string | undefined, watcher: Watcher): void {
    if (value === undefined) return
    const watchers = this.#byValue[by].get(value)
    if (watchers === undefined) this.#byValue[by].set(value, watcher)
    else if ('marks' in watchers) this.#byValue[by].set(value, new Set([watchers, watcher]))
    else watchers.add(watcher)
  }

  #remove(by: RevokedBy, value: string | undefined, watcher: Watcher): void {
    const watchers = value === undefined ? undefined : this.#byValue[by].get(value)
    if (value === undefined || watchers === undefined) return
    if (watchers === watcher || ('size' in watchers && watchers.delete(watcher) && watchers.size === 0)) this.#byValue[by].delete(value)
  }
}

/** What a token is found by, and where its marks have it. Whoever revokes a subject may mean either of two. */
const MARKS: readonly (readonly [RevokedBy, RevokedBy | 'subject'])[] = [
  ['token', 'token'], ['jti', 'jti'], ['sid', 'sid'], ['sub', 'sub'], ['sub', 'subject'], ['client_id', 'client_id'],
]

// As the table has it: a token that does not say when it was issued counts as old.
function covers({ issuer, before }: RevocationEntry, marks: RevocationMarks): boolean {
  return (issuer === undefined || issuer === marks.issuer) && !(marks.issuedAt >= before)
}
