/** Lines that security rests on, each broken in one way. A mutant that no test notices is a promise that nobody keeps. */
import { CORE } from './core.js'
import { GATE } from './gate.js'
import { GITHUB } from './github.js'
import { INSPECTOR } from './inspector.js'
import { INTROSPECTION } from './introspection.js'
import { JWT } from './jwt.js'
import { PROVIDERS } from './providers.js'
import { SHARED } from './shared.js'

/**
 * One file, the tests that ought to notice, and its mutants: the original text, which stands in the file once, what takes
 * its place, and what is broken then.
 *
 * @typedef {readonly [from: string, to: string, breaks: string]} Line
 * @typedef {{ readonly file: string, readonly by: readonly string[], readonly mutants: readonly Line[] }} MutantsOfFile
 */

/** @typedef {{ readonly file: string, readonly by: readonly string[], readonly from: string, readonly to: string, readonly breaks: string }} Mutant */

/** @type {readonly Mutant[]} */
export const MUTANTS = [...CORE, ...JWT, ...INTROSPECTION, ...GITHUB, ...PROVIDERS, ...GATE, ...SHARED, ...INSPECTOR].flatMap(({ file, by, mutants }) =>
  mutants.map(([from, to, breaks]) => ({ file, by, from, to, breaks })),
)
