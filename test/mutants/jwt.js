/** Mutants of what reads and verifies JWTs. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const JWT = [
  {
    file: 'src/jwt/token/decode.ts',
    by: ['test/jwt/token', 'test/jwt/attacks.test.ts'],
    mutants: [
      [' && !token.includes(\'.\', second + 1)', '', 'a JWT may have a fourth part'],
      ['return decodeCanonical(signature) === null ? null : {', 'return {', 'a signature may be written in two ways'],
      ["new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })", "new TextDecoder('utf-8', { ignoreBOM: true })", 'what is no UTF-8 is read all the same'],
      ['if (lastHeader?.part === part)', 'if (lastHeader !== undefined)', 'every token has the header of the last one'],
    ],
  },
  {
    file: 'src/jwt/token/base64url.ts',
    by: ['test/jwt/token', 'test/jwt/attacks.test.ts'],
    mutants: [["return desk.toString('base64url', 0, length) === text ? new", 'return length > 0 ? new', 'a token has many spellings']],
  },
  {
    file: 'src/jwt/rules/rules.ts',
    by: ['test/providers/jwks-rules.test.ts', 'test/jwt/attacks-claims.test.ts', 'test/jwt/attacks.test.ts'],
    mutants: [
      ['if (algorithms.includes(alg as string)) return undefined', "if (typeof alg === 'string') return undefined", 'any algorithm is taken'],
      ['crit === undefined && b64 === undefined ?', 'crit === undefined ?', 'a payload that is not encoded is read as if it were'],
      ['crit === undefined && b64 === undefined ?', 'b64 === undefined ?', 'a critical extension is ignored'],
      ["if (typeof iss !== 'string' || !issuers.has(iss)) {", "if (typeof iss !== 'string') {", 'any issuer is taken'],
      ['claims[tenant.claim] === tenant.value) return undefined', 'true) return undefined', 'a tenant may speak for another tenant'],
      ['if (audienceMode === \'any\' ? actual.some(ours) :', 'if (audienceMode === \'any\' ? true :', 'a token for somebody else is taken'],
      ['actual.length > 0 && actual.every(ours)', 'actual.some(ours)', 'an exclusive audience may be shared'],
      ['actual.length > 0 && actual.every(ours)', 'actual.every(ours)', 'a token without an audience is exclusively ours'],
      ["if (exp === undefined) return failure('missing_claim', 'exp', 'a number', exp)", 'if (exp === undefined) return undefined', 'a token without an end is taken'],
      ['return exp + clockTolerance > now ?', 'return exp + clockTolerance >= now - 3600 ?', 'an expired token is taken'],
      ['return nbf - clockTolerance <= now ?', 'return true ?', 'a token is good before its time'],
      ['return now - iat < maxTokenAge + clockTolerance ?', 'return true ?', 'a token may be of any age'],
      ['if (iat - ahead > now) return', 'if (false) return', 'a token of the future never ages'],
      ["typeof value === 'number' && Number.isFinite(value)", "typeof value === 'number'", 'an infinite end is an end'],
      ['Object.hasOwn(claims, claim) && isThere(claim, claims[claim])', 'Object.hasOwn(claims, claim)', 'null is a claim that is there'],
      ['return saidAtOnce(accepts(value, claims)) === true ?', 'return saidAtOnce(accepts(value, claims)) ?', 'a promise of a rule of your own is a yes'],
      ["signed: rules.map(ownRule)", 'signed: []', 'rules of your own are not looked at'],
    ],
  },
  {
    file: 'src/jwt/rules/token-kind.ts',
    by: ['test/providers/jwks-rules.test.ts', 'test/jwt/attacks-claims.test.ts', 'test/jwt/twins.test.ts'],
    mutants: [
      ["if (at_hash !== undefined) return { claim: 'at_hash', kind: 'an ID token' }", '', 'an ID token passes for an access token'],
      ["if (token_use === 'id') return { claim: 'token_use', kind: 'an ID token' }", '', 'an ID token of Cognito passes for an access token'],
      ["if (typ === 'ID') return { claim: 'typ', kind: 'an ID token' }", '', 'an ID token of Keycloak passes for an access token'],
      ["typ === 'Refresh' || typ === 'Offline' || typ === 'Logout'", "typ === 'Offline' || typ === 'Logout'", 'a refresh token of Keycloak passes for an access token'],
      ["if (events !== undefined) return { claim: 'events', kind: 'a security event or logout token' }", '', 'a logout token passes for an access token'],
      ["if (htm !== undefined) return { claim: 'htm', kind: 'a DPoP proof' }", '', 'a DPoP proof passes for an access token'],
      ["if (token_use === 'access') return { claim: 'token_use', kind: 'an access token' }", '', 'an access token of Cognito passes for an ID token'],
    ],
  },
  {
    file: 'src/jwt/rules/issuers.ts',
    by: ['test/providers/jwks-rules.test.ts', 'test/providers/jwks.test.ts'],
    mutants: [
      ["/^[\\w-]+$/.test(value)", "/^[^/]+$/.test(value)", 'a tenant may be called ".."'],
      ['return new Map(templates.flatMap((one) => tenants.map((tenant) => [forTenant(one, tenant), tenant] as const)))', 'return new Map(templates.flatMap((one) => tenants.map((tenant) => [forTenant(one, tenant), undefined] as const)))', 'the claim of the tenant is not looked at'],
    ],
  },
  {
    file: 'src/jwt/keys/discovery.ts',
    by: ['test/providers/jwks.test.ts', 'test/jwt/keys/issuer-keys.test.ts'],
    mutants: [
      ["checkNamesIssuer(ownProperty(document, 'issuer'), issuer)", '', 'the keys of another issuer are taken from its document'],
      ["if (url.protocol === 'http:' && issuer.startsWith('https:')) {", 'if (false) {', 'the keys of an https issuer come over http'],
    ],
  },
  {
    file: 'src/jwt/keys/key-loader.ts',
    by: ['test/jwt/keys/issuer-keys.test.ts', 'test/soak/findings.test.ts', 'test/providers/jwks.test.ts'],
    mutants: [
      ['return new URL(uri).origin === new URL(issuer).origin ? http :', 'return true ? http :', 'credentials for the issuer go to wherever its keys are'],
      ['if (set === null || !(await set.isUsable())) throw', 'if (set === null) throw', 'a set without a usable key takes the place of one that has some'],
      ['Math.max(0, Number(found) - cachedFor)', 'Number(found)', 'keys that a cache kept are young again'],
      ['if (stat.size > MAX_BYTES) throw', 'if (false) throw', 'a file of keys may have any size'],
    ],
  },
  {
    file: 'src/jwt/keys/key-set.ts',
    by: ['test/providers/jwks.test.ts', 'test/soak/findings.test.ts', 'test/event-loop.test.ts'],
    mutants: [
      ["if (kid !== undefined && ownProperty(key, 'kid') !== kid) return false", '', 'any key checks a token that names one'],
      ["return !hasSmallOrder(bytesOf(own('x')))", 'return true', 'under a key of small order one signature fits every message'],
      ['bits < MIN_RSA_BITS || ', '', 'an RSA key of 1024 bits is taken'],
      ['bits > MAX_RSA_BITS || ', '', 'an RSA key of any size is taken'],
      [' || isRoca(modulus)) return false', ') return false', 'an RSA key whose factors are known is taken'],
      ['(exponent.length > 1 || (exponent[0] ?? 0) >= 3)', 'true', 'an RSA key with an exponent of 1 is taken'],
      ['fitting.slice(0, MAX_IMPORTS)', 'fitting', 'a set of useless keys holds everybody up'],
      ['spoilt.add(key as object)', '', 'every token has useless keys imported once more'],
    ],
  },
  {
    file: 'src/jwt/keys-in-common.ts',
    by: ['test/jwt/keys-in-common.test.ts'],
    mutants: [
      ['if (foreign !== undefined) {', 'if (false) {', 'the keys of one issuer vouch for the tokens of another'],
      ['if (options[chosenByTenant] === true) throw', 'if (false) throw', 'a tenant is given keys that know nothing of its limits'],
      ['!== place.uriOf(issuer))', '=== undefined)', 'keys come from another place than the provider says'],
      ['options.fetch !== place.fetch &&', 'false &&', 'keys come by another way than the provider says'],
      ["(['jwks', 'jwksFile', 'headers', 'timeout'] as const)", "(['jwksFile', 'headers', 'timeout'] as const)", 'keys in hand are looked in by nobody'],
      ['!place.issuers.includes(issuer))', '!place.issuers.some((one) => issuer.startsWith(one)))', 'an issuer of a similar name has these keys'],
    ],
  },
  {
    file: 'src/jwt/keys/key-search.ts',
    by: ['test/jwt/keys/key-source.test.ts', 'test/soak/findings.test.ts'],
    mutants: [
      ['if (kid !== undefined && kid.length > LONGEST_NAME) return', 'if (false) return', 'the name of a key may be of any length'],
      ['if (wait > 0) throw tooManyNames(Math.ceil(wait))', '', 'one unknown key is asked for again and again'],
      ['completeAt > iat + PUBLISHED_WITHIN', 'completeAt > iat', 'the first tokens of a rotation are refused'],
      ['if (wait > 0) return this.#unlooked(', 'if (false) return this.#unlooked(', 'every bad signature has the keys read anew'],
    ],
  },
  {
    file: 'src/jwt/keys/key-age.ts',
    by: ['test/jwt/keys/key-source.test.ts', 'test/jwt/keys/issuer-keys.test.ts'],
    mutants: [
      ["if (now < fetchedAt - CLOCK_SET_BACK) return 'ended'", '', 'keys from a future that was set back never age'],
      ["now < freshUntil + maxStale ? 'stale' : 'ended'", "'stale'", 'keys serve for ever'],
      ['const fetchedAt = Math.min(stated ?? now, now)', 'const fetchedAt = stated ?? now', 'whoever writes the store can write keys that never age'],
      ['Math.min(LONGEST_AGE, Math.max(SHORTEST_AGE, maxAge))', 'maxAge', 'an issuer can have its keys kept for ever'],
      ['hasKeys ? WITH_KEYS : WITHOUT_KEYS', 'WITHOUT_KEYS', 'an issuer that is down is asked every four seconds by everybody'],
    ],
  },
  {
    file: 'src/jwt/keys/key-source.ts',
    by: ['test/jwt/keys/key-source.test.ts', 'test/jwt/keys/issuer-keys.test.ts'],
    mutants: [
      ['if (wait > 0) throw this.#tooManyAsked(Math.ceil(wait))', '', 'a flood of unknown keys becomes a flood at the issuer'],
      ["(freshness === 'stale' && !isAway)", 'false', 'old keys serve though the issuer is there'],
      ['now < this.#failure.retryAt + LONGEST_BACK_OFF', 'true', 'an old failure keeps old keys alive'],
      ['const completeAt = partial ? Number.NEGATIVE_INFINITY : begunAt - cachedFor', 'const completeAt = begunAt', 'keys that a cache kept are taken for those of now'],
      ['.filter((kid) => !kids.has(kid)).slice(-MAX_REMOVED)', '.filter((kid) => !kids.has(kid))', 'an issuer can fill the memory with names of keys'],
    ],
  },
  {
    file: 'src/jwt/signature/signature.ts',
    by: ['test/jwt/signature', 'test/jwt/attacks.test.ts'],
    mutants: [
      ['what.signature.length === known.signatureLength && ', '', 'an RSA signature has a second spelling'],
      ['return good === true || andThen(good, (yes) => yes ||', 'return good === true || andThen(good, (yes) => true ||', 'a bad signature is good'],
    ],
  },
  {
    file: 'src/jwt/logout-token.ts',
    by: ['test/jwt/logout-token.test.ts'],
    mutants: [
      ["isObject(ownProperty(events, EVENT)) ? undefined :", 'true ? undefined :', 'an access token passes for a logout token'],
      ["...['nonce', 'at_hash', 'c_hash'].map(", "...['at_hash', 'c_hash'].map(", 'an ID token passes for a logout token'],
      ['sub === undefined && sid === undefined ?', 'false ?', 'a logout token may name nobody'],
      ["const SHARED = ['alg', 'crit', 'iss', 'aud', 'exp', 'nbf', 'iat'] as const", "const SHARED = ['alg', 'crit', 'iss', 'exp', 'nbf', 'iat'] as const", 'a logout token for another client ends our sessions'],
      ["const SHARED = ['alg', 'crit', 'iss', 'aud', 'exp', 'nbf', 'iat'] as const", "const SHARED = ['alg', 'iss', 'aud', 'exp', 'nbf', 'iat'] as const", 'a critical extension of a logout token is ignored'],
      ["maxTokenAge: MAX_AGE }", 'maxTokenAge: undefined }', 'a logout token can be replayed for ever'],
      ["typ === undefined || typ === 'Logout' ? undefined :", 'true ? undefined :', 'a refresh token of Keycloak passes for a logout token'],
    ],
  },
  {
    file: 'src/jwt/formats/alb-token.ts',
    by: ['test/jwt/formats', 'test/providers/edge-assertions.test.ts'],
    mutants: [
      ['...jwt.claims, iss, client_id: client, exp, signer }', 'iss, client_id: client, exp, signer, ...jwt.claims }', 'what a user writes about himself overrules the load balancer'],
      ['/^[\\w-]+={0,2}$/.test(part)', '/^[\\w-]+=*$/.test(part)', 'an assertion has many spellings'],
    ],
  },
  {
    file: 'src/jwt/formats/jwt-svid.ts',
    by: ['test/jwt/formats', 'test/providers/edge-assertions.test.ts', 'test/providers/presets.test.ts'],
    mutants: [["Object.hasOwn(claims, 'iss') ? claims :", 'false ? claims :', 'an issuer that is named is overwritten by the subject']],
  },
  {
    file: 'src/jwt/expectations.ts',
    by: ['test/providers/report-only.test.ts'],
    mutants: [
      ['else held.push(rule)', 'else reported.push(rule)', 'a rule that holds is only reported'],
      ["if (isReported('a rule for the audience', rule)) return true", 'return true', 'an audience among the rules may look as if it held'],
    ],
  },
  {
    file: 'src/claim-pipeline.ts',
    by: ['test/providers/report-only.test.ts'],
    mutants: [['verdict.reported && withoutValues(verdict.reported)', 'verdict.reported', 'what a sender wrote is remembered']],
  },
]
