/** Tries what every provider promises, for providers of your own. */
import { checkOptions } from '../../lib/options.js'
import { BrokenPromise, thrownBy } from './assertions.js'
import { PROMISES } from './contract-checks.js'
import type { BearerAuthProvider } from '../../provider.js'
import type { ContractCheck, ContractSubject } from './contract-checks.js'

/** What a provider is tried with. */
export type ContractOptions = Omit<ContractSubject, 'provider'>

/** A provider, and what it is tried with; or a function that makes both, anew for each promise. */
type Given = [provider: BearerAuthProvider, options: ContractOptions] | [setUp: () => ContractSubject | Promise<ContractSubject>]

const NAMES = { good: true, bad: true, outage: true, events: true } as const satisfies Readonly<Record<keyof ContractOptions, true>>

/**
 * The promises one by one, for a runner: `for (const { name, check } of contractOf(…)) test(name, check)`, with vitest, jest
 * and `node:test` alike. In their order, one after the other.
 *
 * Hand over a function that makes a provider, and each promise gets a new one, which is closed afterwards: then nothing that is
 * remembered can hide a fault. One provider for all is good for what remembers nothing; it is closed by the last check.
 *
 * @throws TypeError for options that are not there or do not exist.
 */
export function contractOf(...given: Given): readonly ContractCheck[] {
  const [provider, options] = given
  if (typeof provider !== 'function') check(options)
  return PROMISES.map(({ name, check: run }) => ({
    name,
    async check() {
      if (typeof provider !== 'function') return run({ provider, ...(options as ContractOptions) }, false) // checked above
      const subject = await provider()
      try {
        await run(subject, true)
      } finally {
        // Whether closing works is a promise of its own.
        await thrownBy(async () => subject.provider.close?.())
      }
    },
  }))
}

/**
 * All promises in one: `await keepsTheContract(provider, { good, bad, outage })`. Takes what `contractOf` takes.
 *
 * @throws Error that names every promise that was broken, and how. Never a token.
 * @throws TypeError for options that are not there or do not exist.
 */
export async function keepsTheContract(...given: Given): Promise<void> {
  const broken: string[] = []
  for (const { name, check } of contractOf(...given)) {
    const error = await thrownBy(check)
    if (error !== undefined) broken.push(`- ${name}: ${messageOf(error)}`)
  }
  if (broken.length > 0) throw new Error(`the provider breaks ${broken.length} of its ${PROMISES.length} promises:\n${broken.join('\n')}`)
}

function messageOf(error: unknown): string {
  if (error instanceof BrokenPromise) return error.message
  return `an exception (${error instanceof Error ? error.name : typeof error})`
}

function check(options: ContractOptions | undefined): void {
  checkOptions('keepsTheContract', options, Object.keys(NAMES))
  const { good, bad, outage } = options as ContractOptions
  if (typeof good !== 'string') throw new TypeError('"good" must be a token that the provider says yes to')
  if (!Array.isArray(bad) || bad.length === 0) throw new TypeError('"bad" must list tokens that the provider says no to')
  if (outage === undefined) throw new TypeError('"outage" must be { begin, end }, which cut the provider off and give it back, or \'asks nobody\'')
}
