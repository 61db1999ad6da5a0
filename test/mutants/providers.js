/** Mutants of the providers and of the ways between them. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const PROVIDERS = [
  {
    file: 'providers/jwks.ts',
    by: ['test/providers/jwks-rules.test.ts', 'test/jwt/attacks.test.ts', 'test/jwt/logout-token.test.ts', 'test/providers/jwks-introspect.test.ts'],
    mutants: [
      ['const fault = unsigned ?? firstFailure(', 'const fault = firstFailure(', 'a token need not be signed'],
      ["if (kid !== undefined && typeof kid !== 'string') return", 'if (false) return', 'the name of a key need not be a text'],
      ["(logoutFinding(jwt, expected, this.now()) ?? (await this.#checkSignature(jwt)))", 'logoutFinding(jwt, expected, this.now())', 'a logout token need not be signed'],
    ],
  },
  {
    file: 'providers/userinfo.ts',
    by: ['test/providers/userinfo.test.ts'],
    mutants: [
      ["if (this.recognizes(token) === 'foreign') return unshownRefusal(token, this.#shown)", '', 'tokens of others are shown'],
      ['if (tokenInfo === undefined && audience !== anyAudience) {', 'if (false) {', 'a token for any application is taken without a word'],
    ],
  },
  {
    file: 'providers/chain.ts',
    by: ['test/providers/chain.test.ts', 'test/adapters/streams.test.ts', 'test/gate/life/token-life.test.ts'],
    mutants: [
      ['const ends = asked.map(({ provider }) => provider.watch?.(asGiven(token), ended))', 'const ends: (() => void)[] = []', 'a stream through a chain outlives its token'],
      ['return () => ends.forEach((end) => end?.())', 'return () => undefined', 'who has stopped watching a chain is told all the same'],
      ['if (silence !== undefined) throw silence.error', '', 'a member that could not be asked counts as a no'],
      ['if (bug !== undefined) throw bug.error', '', 'a member that failed counts as a no'],
      ["if (answer === 'mine') return { owner: member, perhaps: [] }", "if (answer === 'mine') perhaps.push(member)", 'a token that somebody owns is shown to others'],
    ],
  },
  {
    file: 'providers/issuer-router.ts',
    by: ['test/providers/issuer-router.test.ts', 'test/adapters/streams.test.ts'],
    mutants: [
      ['issuer !== undefined && issuer.length <= MAX_LENGTH ? issuer : undefined', 'issuer', 'the name of an issuer may be of any length'],
      ['if (issuers.length === 0 || issuers.includes(issuer)) return provider', 'return provider', 'a provider is asked about an issuer that is not its own'],
    ],
  },
  {
    file: 'src/routing/questions.ts',
    by: ['test/providers/chain.test.ts'],
    mutants: [
      ["isUnavailable(error) ? 'unavailable' : 'bug'", "'unavailable'", 'a bug of a member is an outage'],
      ['options.signal?.throwIfAborted()', '', 'a chain goes on for one who has left'],
    ],
  },
  {
    file: 'providers/static.ts',
    by: ['test/providers/static.test.ts', 'test/static', 'test/providers/static-file.test.ts'],
    mutants: [
      ['what.expiresAt ?? this.now() + FIVE_YEARS', 'what.expiresAt', 'a revoked key is good again within days'],
      ['return this.now() < key.notBefore ? TOO_EARLY : key.verdict', 'return key.verdict', 'a key is good before its time'],
      ["if (this.#prefix !== undefined && isMistyped(token, this.#prefix)) return MISTYPED", '', 'a mistyped key is looked for'],
      ["this.#list.keys.size === 0) throw", 'false) throw', 'a list without keys locks everybody out without a word'],
    ],
  },
  {
    file: 'src/static/static-list.ts',
    by: ['test/providers/static.test.ts', 'test/providers/static-file.test.ts'],
    mutants: [
      ['if (isGivenAway) throw', 'if (false) throw', 'a key is written into every log as its own name'],
      ['if (fault !== undefined) throw', 'if (false) throw', '"undefined" is a key that lets people in'],
    ],
  },
  {
    file: 'src/static/token-digest.ts',
    by: ['test/static/token-digest.test.ts'],
    mutants: [
      ['if (nothing !== undefined) throw', 'if (false) throw', 'the digest of nothing is a key'],
      ["[AEIMQUYcgkosw048]$/", '[A-Za-z0-9_-]$/', 'a digest has a spelling that nothing ever matches'],
    ],
  },
]
