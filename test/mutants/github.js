/** Mutants of what asks GitHub. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const GITHUB = [
  {
    file: 'src/github/api/conditional-gets.ts',
    by: ['test/providers/github.test.ts', 'test/github/membership/memberships.test.ts', 'test/github/api'],
    mutants: [['return sha256(`${token} ${url}`)', 'return sha256(url)', 'what one user sees is another’s answer']],
  },
  {
    file: 'src/github/tokens/app-token.ts',
    by: ['test/providers/github.test.ts'],
    mutants: [
      ["if (owner !== app.clientId) return reject(", 'if (false) return reject(', 'a token of another application is taken'],
      ["status === 404 && messageIn(json) === 'Not Found'", 'status === 404', 'a proxy’s 404 is GitHub’s no'],
      ["if (!Number.isFinite(end)) throw unreadable(answer)", 'if (!Number.isFinite(end)) return {}', 'an end that cannot be read is none'],
    ],
  },
  {
    file: 'src/github/tokens/holder-token.ts',
    by: ['test/providers/github.test.ts', 'test/github/api'],
    mutants: [
      ['if (\'value\' in got && got.value.hasScopes && got.headers.get(SCOPES) === null) {', 'if (false) {', 'scopes that were taken back are believed'],
      ["if (isBadToken(answer)) return reject('unknown_token')", "return reject('unknown_token')", 'an outage of GitHub is a no'],
    ],
  },
  {
    file: 'src/github/tokens/own-apps.ts',
    by: ['test/providers/github.test.ts', 'test/github/api'],
    mutants: [
      ['if (silences.length > 0 || refusal === undefined) throw silences[0]', 'if (refusal === undefined) throw silences[0]', 'an app that could not be asked counts as a no'],
    ],
  },
  {
    file: 'src/github/tokens/token-kinds.ts',
    by: ['test/providers/github.test.ts'],
    mutants: [
      ["if (kinds.includes('ghr_')) throw", 'if (false) throw', 'refresh tokens are asked for by name'],
      ['if (unbound !== undefined && !isAnyApp) {', 'if (false) {', 'a personal token passes for one of an app'],
    ],
  },
  {
    file: 'src/github/tokens/user-claims.ts',
    by: ['test/providers/github.test.ts'],
    mutants: [['Number.isSafeInteger(id) && Number(id) > 0 ?', 'id !== undefined ?', 'an account without a number is one called "null"']],
  },
  {
    file: 'src/github/github.ts',
    by: ['test/providers/github.test.ts', 'test/github/membership'],
    mutants: [
      ['if (kind === undefined || !this.#kinds.has(kind)) return kindRefusal(token)', 'if (kind === undefined) return kindRefusal(token)', 'tokens of kinds that nobody named are taken'],
      ["return memberships === null ? reject('unknown_token') :", 'return memberships === null ? accept({ ...claims }) :', 'a token that was revoked while memberships were asked for is good'],
    ],
  },
]
