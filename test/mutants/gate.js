/** Mutants of the gate and of what adapters send. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const GATE = [
  {
    file: 'src/gate/decide.ts',
    by: ['test/gate', 'test/adapters/no-way-round.test.ts', 'test/adapters/fetch.test.ts', 'test/adapters/node.test.ts'],
    mutants: [
      ["const leftAlone = request.method === 'OPTIONS' ||", "const leftAlone = request.method.toUpperCase() === 'OPTIONS' ||", 'a method in another spelling passes for OPTIONS'],
      ['if (leftAlone) return pass(NOBODY)', '', 'an excluded path looks at tokens'],
      ["if ('status' in caller) return send(caller)", "if ('status' in caller) return pass(NOBODY)", 'who has no good token is let in'],
      ["if ('status' in permitted) return send(permitted)", '', 'who lacks a scope is let in'],
      ["if (!guarded) return pass('status' in caller ? NOBODY : caller)", 'if (!guarded) return pass(NOBODY)', 'a good token is not known where none is needed'],
      ['const inFront = guarded ? undefined : GUARDED.get(source)', 'const inFront = GUARDED.get(source)', 'a gate behind another that guards the path does not look'],
      ['if (permitted.token !== null) GUARDED.set(source, passed)', '', 'a gate behind another takes the caller away'],
    ],
  },
  {
    file: 'src/gate/caller.ts',
    by: ['test/gate', 'test/adapters/fetch.test.ts'],
    mutants: [
      ['return token?.claims.cnf === undefined ? token : null', 'return token', 'a token that is bound to a key is taken without the proof'],
      ["if (credentials.kind === 'none') return policy.optional ? NOBODY :", "if (credentials.kind === 'none') return true ? NOBODY :", 'no token is as good as one'],
      ['throw isUnavailable(error) ? error : asBug(error)', 'throw error', 'what a provider throws reaches the client'],
      ['const token = await verify(policy.maxAge)', 'const token = await verify(undefined)', 'an old answer is good enough for a gate that wants a young one'],
      ['if (!isUnavailable(error)) throw error', '', 'a bug of the provider is an outage'],
    ],
  },
  {
    file: 'src/gate/permission.ts',
    by: ['test/gate', 'test/mcp/tool-scopes.test.ts'],
    mutants: [
      ['if (!isOwnSession(request, caller, policy)) return NO_SESSION', '', 'a session of somebody else can be used'],
      ['return lacks(current, needed) ?', 'return lacks(current, requiredScopes) ?', 'the scopes of operations are not looked at'],
      ['const current = maxAge === undefined ? caller :', 'const current = true ? caller :', 'an old answer is good enough for an operation that wants a young one'],
      ["if (caller.token === null) return scopes.length === 0 && maxAge === undefined ? caller :", 'if (caller.token === null) return true ? caller :', 'nobody may do what needs a scope'],
      ["return lacks(caller, requiredScopes) ? answers", 'return false ? answers', 'who lacks a scope learns what the server reads'],
    ],
  },
  {
    file: 'src/gate/paths.ts',
    by: ['test/gate/policy.test.ts', 'test/gate/request', 'test/gate/hostile.test.ts', 'test/adapters/no-way-round.test.ts'],
    mutants: [
      ['isGuarded(path, guarded) || isGuarded(routedPath, guarded) ||', 'isGuarded(path, guarded) ||', 'a path that was rewritten on its way is open'],
      ['return isExcluded(path, excluded) && isExcluded(routedPath, excluded)', 'return isExcluded(path, excluded)', 'who writes an excluded path gets to a guarded one'],
      ['isBelow(path.toLowerCase(), prefix.toLowerCase())', 'isBelow(path, prefix)', 'a path in capitals is open'],
      ["path === start || path.startsWith(`${start}/`)", 'path === start', 'what is below a guarded path is open'],
      ["path === start || path.startsWith(`${start}/`)", 'path.startsWith(start)', 'a path that begins like an excluded one is open'],
      ['if (segments === undefined) return guarded.length > 0', 'if (segments === undefined) return false', 'a path that cannot be decoded is open'],
      ['decoded = decodeURIComponent(path)', 'decoded = path', 'an encoded path is open'],
      ["isPlain(path) && excluded.some(", 'excluded.some(', 'a path with dots in it is excluded'],
      ["decoded.toLowerCase().split(/[/\\\\]+/)", 'decoded.split(/[/\\\\]+/)', 'an odd path in capitals is open'],
      ["split(/[/\\\\]+/)", 'split(/[/]+/)', 'a path with backslashes is open'],
      ["/[;?#].*$|[\\x00-\\x20]/gs", "/[?#].*$|[\\x00-\\x20]/gs", 'a path with parameters is open'],
    ],
  },
  {
    file: 'src/gate/request/session-ids.ts',
    by: ['test/gate/sessions.test.ts'],
    mutants: [
      ["if (inHeader.length > 1) return 'several'", '', 'two session ids are one'],
    ],
  },
  {
    file: 'src/gate/sessions.ts',
    by: ['test/gate/sessions.test.ts'],
    mutants: [
      ['if (principal === undefined || more.length > 0) return false', 'if (principal === undefined) return false', 'a session id may have a third part'],
      ["id.length <= MAX_LENGTH ? id.split('.') : []", "id.split('.')", 'a session id may be of any length'],
      ['{ subject }, clientId ?? null])', '{ subject }])', 'a session belongs to every client of its subject'],
      ['JSON.stringify([authority, { subject }', 'JSON.stringify([{ subject }', 'a session belongs to the same name at another issuer'],
      ['others.every((name) => name === undefined || name === clientId)', 'true', 'people without a subject share the sessions of their client'],
      ["if (token === null) return 'null'", "if (token === null) return undefined", 'a session of nobody is nobody’s'],
      ['secret.length >= 32', 'secret.length >= 1', 'a secret may be guessed'],
    ],
  },
  {
    file: 'src/gate/token-watches.ts',
    by: ['test/gate/token-life.test.ts', 'test/adapters/streams.test.ts'],
    mutants: [
      ["(how === 'revoked' ? this.#end() : this.#close())", 'this.#close()', 'a stream hears of no revocation'],
      ["(how === 'revoked' ? this.#end() : this.#close())", 'this.#end()', 'streams end when a provider is closed'],
      ["if (this.#state !== 'begun') return\n    if (isGood) this.#wait()", 'if (isGood) this.#wait()', 'who has stopped looking looks on'],
      ['const isGood = this.#timeLeft() > 0 && (await this.#isGood())', 'const isGood = await this.#isGood()', 'a stream goes on past the end of its token'],
      ['Math.min(left, every', 'Math.max(0, every', 'a stream ends later than its token'],
      ['return isUnavailable(error)', 'return true', 'a bug of the provider keeps a stream open'],
      ['if (left <= 0) return this.#end()', '', 'a stream of a token that has expired begins'],
      ['this.#verify(this.#options.every * YOUNG)', 'this.#verify(this.#options.every)', 'what is remembered adds its age to the time that was promised'],
      ['const LATEST = 0.9', 'const LATEST = 1', 'a look comes later than was promised'],
      ['if (this.#running >= MOST_LOOKS)', 'if (false)', 'looks stand in the way of requests'],
      ['if (this.#members.size === 0) this.#close()', '', 'a stream that was left is followed for ever'],
    ],
  },
  {
    file: 'src/gate/token-life.ts',
    by: ['test/gate/token-life.test.ts'],
    mutants: [
      ['FIRED_BY.set(controller.signal, controller)', '', 'a signal that somebody keeps never fires'],
      ['FORGOTTEN.register(controller, this.#leave)', '', 'a signal that nobody keeps is followed for ever'],
      ['this.endsWith?.(() => this.close())', '', 'a token is followed beyond its answer'],
    ],
  },
  {
    file: 'src/gate/request/gate-request.ts',
    by: ['test/gate/request', 'test/gate/hostile.test.ts'],
    mutants: [
      ['if (header !== undefined) return oneToken(request.header(header), isAssertion)', '', 'an assertion is looked for where clients write'],
      ["if (others.length > 0) return { kind: 'malformed' }", '', 'of two Authorization headers the first counts'],
      ["if (scheme.toLowerCase() !== 'bearer') return", 'if (false) return', 'a token of another scheme is taken'],
      ["kind: JOINED.test(header) ? 'malformed' : 'none'", "kind: 'none'", 'a token behind another scheme is overlooked'],
      ['return others.length === 0 && isToken(token) ?', 'return isToken(token) ?', 'of two tokens the first counts'],
      ['return others.length === 0 && isToken(token) ?', 'return others.length === 0 ?', 'anything is a token'],
      ["|| !isOfAllowedPage(request.header, cookie)) return credentials", ') return credentials', 'any page may use the cookie'],
    ],
  },
  {
    file: 'src/gate/request/token-cookie.ts',
    by: ['test/gate/request', 'test/gate/hostile.test.ts', 'test/adapters/browser.test.ts'],
    mutants: [
      ['return others.length === 0 && origins.includes(origin)', 'return origins.includes(origin)', 'of two origins the first counts'],
      ['return others.length === 0 && origins.includes(origin)', 'return origins.some((one) => origin.startsWith(one))', 'a page whose address begins like ours may use the cookie'],
      ["header('sec-fetch-site').join() === 'same-origin'", "header('sec-fetch-site').join() !== 'cross-site'", 'who does not say where he comes from may use the cookie'],
      ['if (lines.some((line) => line.length > LONGEST)) return', 'if (false) return', 'cookies of any length are taken apart'],
    ],
  },
  {
    file: 'src/gate/operations/called-operations.ts',
    by: ['test/gate/operations/operations.test.ts', 'test/gate/hostile.test.ts', 'test/adapters/body-spellings.test.ts'],
    mutants: [
      ["if ('text' in found && !isPlainJson(header)) return UNREADABLE", '', 'a body that a server reads otherwise is let through'],
      ['if (messages.some(hasPrototype)) return UNREADABLE', '', 'a name can be hidden in a prototype'],
      ['if (!operations.every(isCheap)) return TOO_MUCH', '', 'a long host holds up everybody'],
      ['if (messages.length > MAX_MESSAGES) return TOO_MUCH', '', 'a batch may be of any length'],
      ['return agrees(operations, header) ? operations : mismatch(message)', 'return operations', 'headers may say something else than the body'],
      ["if ('problem' in found) return", "if ('nothing' in found) return", 'a body that is too large asks for nothing'],
      ["(encoding === '' || encoding.toLowerCase() === 'identity')", 'true', 'a compressed body is let through'],
    ],
  },
  {
    file: 'src/gate/operations/operations.ts',
    by: ['test/gate/operations/operations.test.ts'],
    mutants: [
      ['return [uri, href, plain, ...(plain === href ? [] : [hrefOf(plain)])]', 'return [uri]', 'a resource in an encoded spelling is open'],
      ['const places = [params, ownProperty(params, \'ref\')]', 'const places = [params]', 'what completion names is open'],
      ['return ofMethod.filter((rule) => rule.covers(all))', 'return ofMethod.filter((rule) => rule.covers(all)).slice(0, 1)', 'of several rules the first counts alone'],
      ['Math.min(...ages)', 'Math.max(...ages)', 'of two ages the older is good enough'],
      ['if (isPrefix && star !== pattern.length - 1) throw', 'if (false) throw', 'a star in the middle guards something else'],
    ],
  },
  {
    file: 'src/gate/challenge/granted-scopes.ts',
    by: ['test/gate'],
    mutants: [["return all.join(' ').length > MAX_LENGTH ? requestNames(needed) : all", 'return all', 'a token can make a challenge that no client takes']],
  },
  {
    file: 'src/gate/policy.ts',
    by: ['test/gate/policy.test.ts'],
    mutants: [
      ["if (isMissing) throw", 'if (false) throw', 'a variable that is not set opens the gate'],
      ["resource === undefined ? ['/mcp'] : ['/mcp', resource.path]", "['/mcp']", 'the path of the resource is open'],
      ['exclude ?? (protect === undefined ? open : [])', 'exclude ?? open', 'a path that was named to be guarded is open'],
    ],
  },
  {
    file: 'src/http/event-stream.ts',
    by: ['test/adapters/streams.test.ts'],
    mutants: [
      ["\\s*(;|$)/i.test", "$/i.test", 'a stream whose type has parameters outlives its token'],
      ["if (signal.aborted) end(controller)\n    else signal", 'signal', 'a stream of a token that has expired begins'],
      ["isOver = true\n        life.close()", 'isOver = true', 'a stream that nobody reads is followed for ever'],
      ["{ highWaterMark: 0 }", '{ highWaterMark: 1 }', 'the answer to a HEAD is followed'],
      ["if (body === null) {\n    life.close()", 'if (body === null) {', 'a token is followed beyond an answer that is no stream'],
    ],
  },
  {
    file: 'src/http/node-message.ts',
    by: ['test/adapters/node.test.ts', 'test/adapters/wire.test.ts', 'test/adapters/http2.test.ts', 'test/adapters/no-way-round.test.ts'],
    mutants: [
      ['return values.length > 0 ? values : [headers[name] ?? []].flat()', 'return [headers[name] ?? []].flat()', 'of two Authorization headers one is seen'],
      ['return others.length === 0 ? host : undefined', 'return host', 'who says two hosts is of the first'],
    ],
  },
  {
    file: 'src/adapters/logout.ts',
    by: ['test/adapters/logout.test.ts'],
    mutants: [
      ['if (token === undefined || more.length > 0) return NO_TOKEN', 'if (token === undefined) return NO_TOKEN', 'of two logout tokens the first counts'],
      ['if (seen.has([logout.issuer, logout.jti], now())) return REFUSED', '', 'a logout token can be replayed'],
      ["if (request.method !== 'POST') return NOT_POST", '', 'a link can log people out'],
      ['formBody(request, MAX_BYTES)', 'formBody(request, 100_000_000)', 'the form of a logout may have any size'],
      ['seen.add([logout.issuer, logout.jti], logout.expiresAt, now())', '', 'no logout token was ever seen'],
    ],
  },
]
