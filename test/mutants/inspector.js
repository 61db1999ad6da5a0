/** Mutants of the page: who may look, and what is told to whom. */

/** @type {readonly import('./list.js').MutantsOfFile[]} */
export const INSPECTOR = [
  {
    file: 'src/inspector/inspector.ts',
    by: ['test/inspector/inspector.test.ts', 'test/inspector/local.test.ts'],
    mutants: [
      ['if (!(await door.isOpenFor(request))) return', 'if (false) return', 'everybody may look'],
      ["if (!isOurHost(host.toLowerCase())) return problem(421, 'This host is not known here')", '', 'a name of somebody else\u2019s leads to the local page'],
      ["if (place !== '/' && isOfAnotherPage(request)) return", 'if (false) return', 'another page of the same site reads what is live'],
      ['(notFromThePage(request) ?? question(request))', 'question(request)', 'another page has a token explained'],
      ['return Object.hasOwn(questions, name) ? questions[name] : undefined', 'return questions[name]', 'a name of the language is a question'],
      ["path === mount || path.startsWith(`${mount}/`)", 'path.startsWith(mount)', 'paths that begin alike are taken from the app'],
    ],
  },
  {
    file: 'src/inspector/door.ts',
    by: ['test/inspector/inspector.test.ts'],
    mutants: [
      ["if (!isOfThePage(request)) return problem(403, 'Only the page itself can ask this')", '', 'another page signs in'],
      ["/^application\\/json\\b/i.test(request.header('content-type').join()) ? undefined", 'true ? undefined', 'a form of another page signs in'],
      ['(await answerOf(access, presented.token)) !== null', 'true', 'any key in a header opens the door'],
      ["token === null ? problem(403, 'This key is not good here') :", 'false ? problem(403, "") :', 'any key signs in'],
      ['Math.min(at + lookFor, token?.expiresAt ?? Number.POSITIVE_INFINITY)', 'at + lookFor', 'a cookie outlives its key'],
      ['(end: () => void) => access.watch?.(token, end)', '(_end: () => void) => undefined', 'a revoked key keeps the door open'],
    ],
  },
  {
    file: 'src/inspector/one-time-link.ts',
    by: ['test/inspector/inspector.test.ts'],
    mutants: [
      ['this.#code = undefined\n', '\n', 'a link is good twice'],
      ['now >= known.until ||', '', 'a link is good for ever'],
      ['sha256(code) !== known.digest', 'false', 'any code opens the door'],
    ],
  },
  {
    file: 'src/inspector/viewers.ts',
    by: ['test/inspector/inspector.test.ts'],
    mutants: [
      ['(this.#viewers.get(digest)?.until ?? 0) > now', '(this.#viewers.get(digest)?.until ?? 0) > 0', 'a cookie is good for ever'],
      ['HttpOnly; SameSite=Strict${isSecure', 'SameSite=Strict${isSecure', 'a script reads the cookie'],
      ["isSecure ? '; Secure' : ''", "''", 'the cookie goes over plain http'],
      ['if (this.#viewers.size >= MOST_VIEWERS && first !== undefined) this.#end(first)', '', 'viewers without end are kept'],
    ],
  },
  {
    file: 'src/inspector/same-origin.ts',
    by: ['test/inspector/inspector.test.ts'],
    mutants: [
      ["if (site !== '') return site === 'same-origin'", "if (site !== '') return true", 'every page is the page itself'],
      ['new URL(origin).host === request.host?.toLowerCase()', 'true', 'any origin will do'],
      ["['', 'same-origin', 'none'].includes(siteOf(request))", 'true', 'no page is another'],
    ],
  },
  {
    file: 'src/inspector/page-files.ts',
    by: ['test/inspector/inspector.test.ts'],
    mutants: [['NAMES.find((one) => file === `${one}.js`)', 'file.replace(/\\.js$/, "")', 'any file can be read']],
  },
  {
    file: 'src/inspector/history.ts',
    by: ['test/inspector/history.test.ts'],
    mutants: [
      ['|| this.#seen.has(event)', '', 'an event that comes by two ways is counted twice'],
      ['if (this.#rows.size < MOST_SERIES) this.#rows.set(key, row)', 'this.#rows.set(key, row)', 'series without end are kept'],
      ['if (notes.size > MOST_NOTES && oldest !== undefined) notes.delete(oldest)', '', 'notes without end are kept'],
    ],
  },
]
