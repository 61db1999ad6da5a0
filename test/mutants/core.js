/** Mutants of the core: what every provider does around its check, what it remembers, and what others read. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const CORE = [
  {
    file: 'src/base-provider.ts',
    by: ['test/standard-provider.test.ts', 'test/standard-provider-memory.test.ts', 'test/revocations/revocations.test.ts', 'test/introspection/fresh.test.ts'],
    mutants: [
      ["if (this.#revocations.cover(token, finding)) return this.#events.refused(reject('revoked'), presented)", '', 'a revoked token is taken'],
      ["if (!isBoundedText(token)) return this.#events.refused(reject('malformed'), { token: undefined, remembered: false, options })", '', 'a token of any length is hashed'],
      ["if (!this.isWellFormed(token)) return this.#events.refused(reject('malformed'), presented)", '', 'what is no bearer token is shown to the check'],
      ['options?.signal?.throwIfAborted()', '', 'somebody is asked for one who has left'],
    ],
  },
  {
    file: 'src/revocations/provider-revocations.ts',
    by: ['test/standard-provider.test.ts', 'test/standard-provider-memory.test.ts', 'test/revocations/revocations.test.ts', 'test/gate/life/token-life.test.ts', 'test/providers/chain.test.ts'],
    mutants: [
      ['if (verdict.seen === version) return false', 'return false', 'what is remembered cannot be revoked'],
      ["if (this.#revocations?.covers(marks) === true) ended('revoked')", '', 'what was revoked before it is followed is followed for ever'],
      ['for (const watcher of this.#watchers) own.watch(watcher)', '', 'streams that were open before the first revocation outlive theirs'],
      ['return this.#revocations === undefined ? this.#beginning : undefined', 'return undefined', 'a token passes while what revokes it is loaded'],
      ["for (const { ended } of [...this.#watchers]) ended('closed')", '', 'streams outlive a provider that was closed'],
    ],
  },
  {
    file: 'src/cache/lookup.ts',
    by: ['test/standard-provider.test.ts', 'test/revocations/revocations.test.ts', 'test/providers/static.test.ts'],
    mutants: [
      ['revocations?.caughtUp === false ?', 'false ?', 'a token that was revoked passes until the log is read'],
      ["if (typeof verdict?.accepted === 'boolean') return verdict", 'return verdict', 'a check that says nothing says no'],
      ['judge(checkedVerdict(verdict))', 'checkedVerdict(verdict)', 'without a memory, rules of your own are not asked'],
    ],
  },
  {
    file: 'src/cache/verdict-lookup.ts',
    by: [
      ...['test/standard-provider.test.ts', 'test/standard-provider-memory.test.ts', 'test/revocations/revocations.test.ts'],
      ...['test/introspection/fresh.test.ts', 'test/shared/policies.test.ts', 'test/shared/younger-answers.test.ts'],
    ],
    mutants: [
      ['cache.recall(key, now, maxAge)', 'cache.recall(key, now)', 'an old answer is taken for a young one'],
      ['(maxAge === undefined ? this.#find(key, token) : this.#check(key, token, maxAge))', 'this.#find(key, token)', 'who wants a young answer gets an old one of the others'],
      ['if (shared !== undefined) void orElse(', 'if (false) void orElse(', 'a refused token is good again by an older answer of the others'],
      ['this.#options.judge(verdict)', 'verdict', 'rules of your own are not asked'],
    ],
  },
  {
    file: 'src/lib/ordered-questions.ts',
    by: ['test/lib/ordered-questions.test.ts'],
    mutants: [
      ['if (one?.overtakenBy !== undefined) return one.overtakenBy.answer', '', 'an older answer that comes later replaces the younger one'],
      ['question.maxAge > 0 && ', '', 'who wants an answer of now joins an older question'],
      ['question.now - began <= question.maxAge', 'true', 'a question of any age is joined'],
      ['maxAge !== undefined && maxAge <= question.maxAge && ', '', 'who wants a young answer joins one that others may have answered'],
    ],
  },
  {
    file: 'src/claim-pipeline.ts',
    by: ['test/standard-provider.test.ts', 'test/standard-provider-memory.test.ts', 'test/scopes/claim-steps.test.ts'],
    mutants: [
      ["if (expiresAt !== undefined && !(expiresAt + clockTolerance > now())) return reject('expired')", '', 'a check that forgets the end of a token lets it live'],
      ['Math.min(exp, verdict.expiresAt ?? exp)', 'verdict.expiresAt ?? exp', 'a verdict outlives the claim'],
      ['if (exp !== undefined && (!Number.isFinite(exp) || isInMilliseconds(exp))) return', 'if (false) return', 'an end that is no number is none'],
      ['(!Number.isFinite(exp) || isInMilliseconds(exp))', '!Number.isFinite(exp)', 'an end in milliseconds is one in the year 58883'],
      ['const marks = marksOf(token, claims, found)', 'const marks = marksOf(token, slim, found)', 'a token with slim claims cannot be revoked by those left out'],
      ["isFrozen ? verdict.claims : frozenCopy('claims', verdict.claims)", 'verdict.claims', 'a check can change what it said'],
    ],
  },
  {
    file: 'src/cache/verdict-cache.ts',
    by: ['test/cache/verdict-cache.test.ts', 'test/standard-provider-memory.test.ts'],
    mutants: [
      ['|| maxAge <= 0 || now - found.since > maxAge) {', '|| maxAge <= 0) {', 'an answer may be older than was asked for'],
      ['|| maxAge <= 0 || now', '|| now', 'an answer of this very instant is young enough for who wants one of now'],
      ['now < found.until && now > found.since - CLOCK_SET_BACK', 'now < found.until', 'a clock that was set back keeps verdicts for ever'],
      ['now < found.until && now > found.since - CLOCK_SET_BACK', 'now > found.since - CLOCK_SET_BACK', 'a verdict is remembered for ever'],
      ['Math.min(now + ttl, verdict.expiresAt ?? Number.POSITIVE_INFINITY)', 'now + ttl', 'a token is remembered past its end'],
      ['verdict.until ?? Number.POSITIVE_INFINITY)', 'Number.POSITIVE_INFINITY)', 'an answer of the others becomes younger by being remembered'],
      ['if (one !== memory && one.size > 0) one.delete(key)', '', 'an older answer stays beside the younger one'],
      ['  unknown_key: false,', '  unknown_key: true,', 'the first token of a rotation is refused for as long as it is remembered'],
      ['  not_yet_valid: false,', '  not_yet_valid: true,', 'a token is refused when its time has come'],
      ['memory?.set(key, { verdict, since, until }, { size: sizeOf(verdict) })', '', 'a verdict is not remembered'],
      ['Math.min(asked, verdict.since ?? asked)', 'asked', 'an answer of the second level counts as young'],
    ],
  },
  {
    file: 'src/cache/slim-claims.ts',
    by: ['test/standard-provider-memory.test.ts', 'test/standard-provider.test.ts'],
    mutants: [
      ["'azp', 'cnf', 'username', 'acr'", "'azp', 'username', 'acr'", 'a token that is bound to a key is remembered as if it were not'],
      ["'azp', 'cnf', 'username', 'acr'", "'azp', 'cnf', 'acr'", 'a person without a subject is remembered as a client'],
      ["'acr', 'auth_time']", "'acr']", 'nobody has signed in lately'],
    ],
  },
  {
    file: 'src/access-token.ts',
    by: ['test/access-token.test.ts'],
    mutants: [
      ['  get token(): string {', '  get hidden(): string {', 'a token is no token'],
      ['if (answer === null) return null', 'if (answer == null) return null', 'a provider that answers nothing says no'],
      ['Object.freeze(this)\n', '\n', 'whoever gets a token can change it'],
      ['!scopes.every(isScopeToken)', 'false', 'one entry may hold two scopes'],
    ],
  },
  {
    file: 'src/lib/frozen-copy.ts',
    by: ['test/lib/frozen-copy.test.ts', 'test/jwt/token'],
    mutants: [
      ['if (levels === 0) return false', '', 'claims may be nested without end'],
      ['  Object.freeze(value)\n', '', 'claims can be changed by whoever reads them first'],
    ],
  },
  {
    file: 'src/lib/scope-match.ts',
    by: ['test/scopes/hierarchy.test.ts'],
    mutants: [
      ['!held.includes(scope) && !wildcardsOver', '!wildcardsOver', 'a scope that is held is missing'],
      ['/(?<=[^*:./])[:./](?=.)/g', '/[:./]/g', 'a wildcard covers what it is no prefix of'],
    ],
  },
  {
    file: 'src/lib/scope-token.ts',
    by: ['test/access-token.test.ts', 'test/scopes/hierarchy.test.ts', 'test/scopes/mappers.test.ts'],
    mutants: [['/^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$/', '/^[\\x20-\\x7E]+$/', 'a scope may break out of the quotes of a challenge']],
  },
  {
    file: 'src/lib/own-property.ts',
    by: ['test/scopes/selector.test.ts', 'test/gate/operations/operations.test.ts', 'test/providers/jwks.test.ts', 'test/scopes/mappers.test.ts'],
    mutants: [['|| !Object.hasOwn(object, name)) return', ') return', 'a role called "constructor" finds something']],
  },
  {
    file: 'src/lib/bearer-token.ts',
    by: ['test/gate/request/gate-request.test.ts', 'test/event-loop.test.ts'],
    mutants: [
      ["typeof value === 'string' && value.length <= MAX_LENGTH", "typeof value === 'string'", 'a token may have any length'],
      ['/^[A-Za-z0-9\\-._~+/]+=*$/', '/^\\S+$/', 'anything is a bearer token'],
    ],
  },
  {
    file: 'src/lib/replay-memory.ts',
    by: ['test/lib/replay-memory.test.ts'],
    mutants: [
      ['until !== undefined && until > now', 'false', 'what was seen before is new'],
      ['this.#seen.size < this.#maxEntries', 'true', 'the memory of what was seen has no bound'],
      ['sha256(JSON.stringify(parts))', "sha256(parts.join(''))", 'two lists of parts read the same'],
    ],
  },
  {
    file: 'src/lib/circuit-breaker.ts',
    by: ['test/lib/circuit-breaker.test.ts'],
    mutants: [
      ['Math.min(this.#nextProbe - now, this.#pause)', 'this.#nextProbe - now', 'a clock that was set back keeps the circuit open'],
      ['this.#pauseFrom(now, this.#pause * 2)', '', 'an open circuit lets everybody through after a while'],
      ['now - this.#openedAt < DOWN ? longest : longestOfAll', 'longestOfAll', 'a server that flaps is missed'],
    ],
  },
  {
    file: 'src/lib/net/web-url.ts',
    by: ['test/lib/net'],
    mutants: [
      ["if (url.username !== '' || url.password !== '') throw", 'if (false) throw', 'a URL may hold a password, which every error then shows'],
      ["if (url.hash !== '') throw", 'if (false) throw', 'a URL may have a fragment, which is never sent'],
      ['value.trim() === value && ', '', 'a URL may have a line end behind it'],
      ['(insecure || isLoopback(url.hostname))', 'true', 'keys come over plain http'],
      ["/^127\\.\\d+\\.\\d+\\.\\d+$/", "/^127\\./", 'a host whose name begins with 127. is this machine'],
    ],
  },
  {
    file: 'src/lib/net/bounded-fetch.ts',
    by: ['test/lib/net', 'test/providers/introspection.test.ts'],
    mutants: [
      ["redirect: 'manual', ...init", '...init', 'credentials follow a redirect'],
      ['Math.min(seconds, LONGEST_WAIT)', 'seconds', 'a server can send us to sleep for ever'],
    ],
  },
  {
    file: 'src/introspection/introspector.ts',
    by: ['test/introspection/question.test.ts'],
    mutants: [['/^[\\w.-]+$/.test(token) ? token', 'true ? token', 'a token is another one in the form']],
  },
  {
    file: 'src/lib/net/bounded-text.ts',
    by: ['test/lib/net', 'test/providers/introspection.test.ts'],
    mutants: [
      ["if (bytes > maxBytes) throw new RangeError('too large')", '', 'an answer may have any size'],
      ["new TextDecoder('utf-8', { fatal: true })", "new TextDecoder('utf-8')", 'an answer that is no UTF-8 is read'],
    ],
  },
  {
    file: 'src/lib/digest.ts',
    by: ['test/gate/sessions.test.ts'],
    mutants: [['left.length === right.length && crypto.timingSafeEqual(left, right)', 'left.length === right.length', 'any digest of the same length fits']],
  },
  {
    file: 'src/scopes/hierarchy.ts',
    by: ['test/scopes/hierarchy.test.ts'],
    mutants: [
      ['if (names.size > MAX_NAMES) throw', 'if (false) throw', 'a table of scopes may have any size'],
    ],
  },
]
