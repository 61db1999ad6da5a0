/** Mutants of what processes share: verdicts, keys, revocations. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const SHARED = [
  {
    file: 'src/shared/seal.ts',
    by: ['test/shared/seal.test.ts', 'test/shared/shared-verdicts.test.ts'],
    mutants: [
      ['const parts = sealed.length <= MAX_LENGTH ? PARTS.exec(sealed)?.groups : undefined', 'const parts = PARTS.exec(sealed)?.groups', 'a sealed text may have any length'],
    ],
  },
  {
    file: 'src/shared/shared-checks.ts',
    by: ['test/shared/seal.test.ts', 'test/shared/shared-verdicts.test.ts'],
    mutants: [
      ['!secrets.every(isLongText)', 'false', 'a secret may be guessed'],
      ['if (secrets.some((one) => one.trim() !== one)) throw', 'if (false) throw', 'replicas with and without a line end do not understand each other'],
    ],
  },
  {
    file: 'src/shared/shared-verdicts.ts',
    by: ['test/shared/shared-verdicts.test.ts'],
    mutants: [
      ['sha256(JSON.stringify([this.#policy(), digest]))', 'sha256(this.#policy() + digest)', 'a policy can end where a digest begins'],
      ['sha256(JSON.stringify([this.#policy(), digest]))', 'sha256(JSON.stringify([digest]))', 'two policies share answers'],
      ['|| until > end + CLOCK_DIFFERENCE) return', ') return', 'who can write to the store can make answers that last'],
      ['const earlier = Math.min(until, end)', 'const earlier = end', 'an answer becomes younger by being read'],
      ['isShared && text.length <= MAX_LENGTH ?', 'isShared ?', 'an answer of any size is written'],
      ['this.#store.swap(name, lock, null, LOCK)', 'this.#store.delete(name)', 'who was slow takes away what another wrote'],
      ['if (stored !== undefined && counts(stored, mine)) return true', '', 'an older answer replaces a younger one in every process'],
    ],
  },
  {
    file: 'src/shared/stored-verdict.ts',
    by: ['test/shared/shared-verdicts.test.ts'],
    mutants: [
      ["typeof value === 'string' && Object.hasOwn(REASONS, value)", "typeof value === 'string'", 'a reason that there is not is a no'],
    ],
  },
  {
    file: 'src/shared/prompt-store.ts',
    by: ['test/shared/shared-verdicts.test.ts'],
    mutants: [
      ['if (this.#unsettled >= MAX_UNSETTLED) return this.#crowded(verb)', '', 'a store that hangs fills the memory'],
      ['if (breaker.wait() > 0) return failed', '', 'a store that is away is asked each time'],
    ],
  },
  {
    file: 'src/shared/shared-keys.ts',
    by: ['test/shared/shared-keys.test.ts'],
    mutants: [
      ["typeof sealed === 'string' ? seal.open(name, sealed) : undefined", 'sealed as never', 'whoever can write to the store can sign tokens'],
      ['await seal.close(name, text)', 'text', 'keys lie open in the store'],
    ],
  },
  {
    file: 'src/revocations/revocation-table.ts',
    by: ['test/revocations/revocations.test.ts'],
    mutants: [
      ['!(issuedAt >= held.before)', 'issuedAt < held.before', 'a token that does not say when it was issued cannot be revoked'],
      ["if (this.#size >= this.#maxEntries) return 'full'", '', 'revocations fill the memory'],
      ['if (isBefore(issuedAt, byIssuer.get(undefined)?.get(value))) return true', '', 'a revocation for every issuer holds for none'],
      ['known.until = Math.max(known.until, until)', 'known.until = until', 'a later revocation shortens an earlier one'],
      ['known.before = Math.max(known.before, before)', 'known.before = before', 'a later revocation takes back an earlier one'],
    ],
  },
  {
    file: 'src/revocations/signed-text.ts',
    by: ['test/revocations/revocations.test.ts'],
    mutants: [['return sha256(signedText(token) ?? token)', 'return sha256(token)', 'a revoked token lives on with another signature']],
  },
  {
    file: 'src/revocations/revocation.ts',
    by: ['test/revocations/revocations.test.ts'],
    mutants: [
      ['before = Math.floor(now) + 1,', 'before = now,', 'a token of the same second survives its revocation'],
      ['until: Math.ceil(expiresAt) + LATEST', 'until: Math.ceil(expiresAt)', 'a revocation ends before the clocks that are slow'],
    ],
  },
  {
    file: 'src/revocations/revocation-marks.ts',
    by: ['test/revocations/revocations.test.ts'],
    mutants: [
      ['issuer: markOf(iss) ?? markOf(whose.issuer)', 'issuer: markOf(iss)', 'an opaque token cannot be revoked by its issuer'],
      ['subject: whose.subject === sub ? undefined : markOf(whose.subject)', 'subject: undefined', 'a subject by another claim cannot be revoked'],
      ['client_id: markOf(client_id ?? azp)', 'client_id: markOf(client_id)', 'a client that is named by azp cannot be revoked'],
    ],
  },
  {
    file: 'src/revocations/log-follower.ts',
    by: ['test/revocations'],
    mutants: [
      ["if (outcome === 'no room') return false", '', 'a full table has caught up'],
      ['this.#caughtUp = this.#wasEmpty = false', '', 'a log that lost its entries has been read'],
      ['(this.#wasEmpty && isTimed)', 'true', 'a log that is empty is believed at once'],
      ['this.#rang = this.#looking !== undefined', 'this.#rang = false', 'a bell that rings while the log is read is not heard'],
      ['void this.#look() // for what was added after the look and before the bell was there', '', 'what is revoked while the bell is hung up is not heard of'],
    ],
  },
  {
    file: 'src/revocations/revocation-text.ts',
    by: ['test/revocations/revocations.test.ts'],
    mutants: [
      ["Object.hasOwn(KINDS, value)", 'true', 'a revocation of a kind that there is not ends the following'],
      ["value !== '' && value.length <= 128", "value !== ''", 'who can write to the log fills the memory'],
    ],
  },
]
