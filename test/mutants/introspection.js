/** Mutants of what asks servers about tokens: introspection, tokeninfo, and what they have in common. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const INTROSPECTION = [
  {
    file: 'src/introspection/token-info.ts',
    by: ['test/providers/userinfo.test.ts'],
    mutants: [
      ["{ email_verified: verified === 'true' || verified === true }", '{ email_verified: Boolean(verified) }', 'an address that Google has not verified is verified'],
      ['if (refusedWith.includes(response.status)) return null', 'return null', 'an outage of the server is a no'],
    ],
  },
  {
    file: 'src/introspection/user-claims.ts',
    by: ['test/shared/policies.test.ts'],
    mutants: [
      ["if (typeof sub !== 'string' || sub === '') return null", '', 'an answer about nobody is believed'],
      ['if (about?.sub !== undefined && about.sub !== sub) return null', '', 'what is about somebody else is believed'],
      ["['sub', ...STANDARD, ...more].filter(", "Object.keys(user).filter(", 'userinfo grants scopes, and says whom a token is for'],
      ['&& !taken.includes(name)', '', 'an address of one answer is verified by another'],
    ],
  },
  {
    file: 'src/introspection/recheck.ts',
    by: ['test/introspection/recheck.test.ts', 'test/providers/jwks-introspect.test.ts'],
    mutants: [
      ['now >= askedAt && now < askedAt', 'now < askedAt', 'a clock that was set back keeps a revoked JWT good'],
      ['Math.min(this.#checkEvery, maxAge ?? this.#checkEvery)', 'this.#checkEvery', 'who wants a young answer gets an old one'],
      ["const SAME = ['iss', 'sub', 'jti'] as const", "const SAME = ['iss', 'jti'] as const", 'an answer about another subject is taken'],
      ['else this.#askedAt.delete(key)', '', 'a token that was refused is good again for a while'],
      ['if (!verdict.accepted) return verdict', 'if (!verdict.accepted) return undefined', 'a revoked JWT is taken'],
    ],
  },
  {
    file: 'src/introspection/endpoint.ts',
    by: ['test/providers/introspection.test.ts', 'test/introspection/client-auth/mutual-tls.test.ts'],
    mutants: [
      ['checkNamesIssuer(server.issuer, issuer)', '', 'the endpoint of another issuer is taken from its document'],
      ["if (url.protocol === 'http:' && issuer.startsWith('https:')) {", 'if (false) {', 'tokens and secrets of an https issuer go over http'],
      ['url = webUrl(name, value, this.#options)', 'url = new URL(String(value))', 'tokens and secrets go to any URL that a document names'],
    ],
  },
  {
    file: 'src/introspection/shown-tokens.ts',
    by: ['test/introspection/shown-tokens.test.ts', 'test/providers/opaque-shapes.test.ts'],
    mutants: [
      ['if (!isBearerToken(token) || GITHUB.test(token)) return', 'if (!isBearerToken(token)) return', 'tokens of GitHub are shown to identity providers'],
      ['issuer !== undefined && statedIssuer(token) === issuer ?', 'issuer !== undefined ?', 'a JWT of another issuer is shown to this one'],
      ["if (prefixes.length === 0) return 'maybe'\n  return hasPrefix ? 'mine' : 'foreign'", "return hasPrefix ? 'mine' : 'maybe'", 'tokens of others are shown though ours have a prefix'],
    ],
  },
  {
    file: 'src/introspection/response/response-rules.ts',
    by: ['test/providers/introspection.test.ts'],
    mutants: [
      ["rule.name === 'iss' || (rule.name === 'exp' && allowNoExpiry)", "rule.name === 'iss' || rule.name === 'exp'", 'an answer without an end is taken'],
      ["if (type.toLowerCase() === 'dpop' && typeof cnf === 'object') return undefined", "if (type.toLowerCase() === 'dpop') return undefined", 'a DPoP token without its key is a bearer token'],
      ['if (BEARER_TYPES.has(type.toLowerCase())) return undefined', 'return undefined', 'a refresh token is taken for an access token'],
      ['(rule.name === \'iss\' && !knowsIssuer) ? undefined', 'rule.name === \'iss\' ? undefined', 'an answer may name another issuer'],
    ],
  },
  {
    file: 'src/introspection/response/signed-response.ts',
    by: ['test/introspection/response/signed-response.test.ts'],
    mutants: [
      ['header.crit !== undefined || header.b64', 'header.b64', 'a critical extension of a signed answer is ignored'],
      ['|| !expected.algorithms.includes(alg)) throw', ') throw', 'a signed answer may be signed with any algorithm'],
      ["|| !TYPES.includes(header.typ.toLowerCase())) throw", ') throw', 'an access token passes for a signed answer'],
      ['if (claims.iss !== expected.issuer) throw', 'if (false) throw', 'a signed answer may be of another issuer'],
      ['if (!(await isSignedByIssuer(', 'if (false && !(await isSignedByIssuer(', 'a signed answer need not be signed'],
      ['if (!isForUs(claims.aud, expected.audiences)) throw', 'if (false) throw', 'a signed answer may be for somebody else'],
      ['if (!(age >= -clockTolerance && age <= MAX_AGE + clockTolerance)) return false', '', 'a signed answer can be replayed'],
      ['if (nbf !== undefined && !(typeof nbf', 'if (false && !(typeof nbf', 'a signed answer is good before its time'],
    ],
  },
  {
    file: 'src/introspection/response/encrypted-response.ts',
    by: ['test/introspection/response/signed-response.test.ts'],
    mutants: [
      ['keyManagementAlgorithms: [alg], ', '', 'an answer may be encrypted in another way than the key is for'],
      ['|| !MANAGEMENT.includes(alg)) throw', ') throw', 'an answer may be encrypted with what both sides know'],
    ],
  },
  {
    file: 'src/introspection/client-auth/client-assertion.ts',
    by: ['test/introspection/client-auth/client-auth.test.ts'],
    mutants: [
      ['exp: now + LIFETIME', 'exp: now + 31_536_000', 'whoever sees an assertion can use it for a year'],
      ['jti: crypto.randomUUID()', "jti: 'one'", 'assertions cannot be told apart'],
    ],
  },
  {
    file: 'src/introspection/client-auth/own-token.ts',
    by: ['test/introspection/client-auth/bearer-auth.test.ts'],
    mutants: [
      ['type.toLowerCase() !== wanted || !isBearerToken(token)', '!isBearerToken(token)', 'a token of a kind that we do not know is sent'],
      ['kept === undefined || now >= kept.endsAt', 'kept === undefined', 'our own token is sent past its end'],
    ],
  },
  {
    file: 'src/upstream/openid-fetch.ts',
    by: ['test/introspection/client-auth/own-proof.test.ts'],
    mutants: [
      ['return NONCE.test(nonce) ? {', "return nonce !== '' ? {", 'a nonce without end goes into every proof'],
      ["status === 401 && 'dpop' in sent && ", 'status === 401 && ', 'a refused token is taken for a wish for a nonce'],
    ],
  },
  {
    file: 'src/upstream/exchange.ts',
    by: ['test/providers/introspection.test.ts', 'test/providers/userinfo.test.ts', 'test/event-loop.test.ts'],
    mutants: [
      ["if (response.redirected) throw new NoAnswerError('redirect'", "if (false) throw new NoAnswerError('redirect'", 'an answer from where a redirect led is believed'],
      ["if (mediaTypeOf(response) !== 'application/json') {", 'if (false) {', 'a page of HTML may be an answer'],
      ['if (isModest(json, size)) return json', 'return json', 'an answer may be as deep and wide as it likes'],
    ],
  },
  {
    file: 'src/upstream/oauth-answer.ts',
    by: ['test/providers/introspection.test.ts', 'test/introspection/response/signed-response.test.ts'],
    mutants: [
      ["if (status === 400 && error === undefined) throw", 'if (false) throw', 'a firewall can say no'],
      ['if (status === 200 && mediaTypeOf(response) !== mediaType) {', 'if (false) {', 'an answer that was to be signed comes without a signature'],
    ],
  },
  {
    file: 'src/upstream/guarded-calls.ts',
    by: ['test/providers/introspection.test.ts', 'test/upstream/guarded-calls.test.ts'],
    mutants: [
      ["if (wait > 0) throw new NoAnswerError('held back'", "if (false) throw new NoAnswerError('held back'", 'a server that is down gets every question'],
      ['new CallLimit({ most: MOST_CALLS,', 'new CallLimit({ most: 100_000,', 'any number of questions are under way at once'],
      ["(fault === 'too slow' && !this.#isServers(turn))", 'false', 'a queue, or a process that stood still, shuts everybody out'],
      ['return isAwake && this.#answers === answersBefore', 'return isAwake', 'one slow answer counts beside many good ones'],
    ],
  },
  {
    file: 'src/upstream/no-answer.ts',
    by: ['test/providers/introspection.test.ts'],
    mutants: [
      ['  forbidden: false,', '  forbidden: true,', 'one odd token can shut out the others'],
      ["if (status === 401) return 'credentials'", "if (status === 401) return 'status'", 'a set-up that is refused looks like an odd answer'],
    ],
  },
]
