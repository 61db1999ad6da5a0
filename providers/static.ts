/** Accepts tokens from a list: keys for machines, tests and emergencies. Asks nobody. */
import { BaseProvider } from '../src/base-provider.js'
import { sha256 } from '../src/lib/digest.js'
import { frozenCopy } from '../src/lib/frozen-copy.js'
import { checkOptions, spanInSeconds } from '../src/lib/options.js'
import { isTable } from '../src/lib/plain-table.js'
import { after } from '../src/lib/timer.js'
import { warn } from '../src/lib/warn.js'
import { checkedPrefix, isMistyped } from '../src/static/generated-token.js'
import { staticTokens } from '../src/static/list-text.js'
import { staticList } from '../src/static/static-list.js'
import { reject } from '../src/verdict.js'
import type { Revocation } from '../src/revocations/revocation.js'
import type { OptionNames } from '../src/lib/options.js'
import type { FileFollower } from '../src/static/file-follower.js'
import type { TextFile } from '../src/lib/text-file.js'
import type { After } from '../src/lib/timer.js'
import type { NearMiss } from '../src/explanation.js'
import type { ProviderHealth } from '../src/health.js'
import type { Ownership, Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/provider-options.js'
import type { StaticTokens } from '../src/static/list-text.js'
import type { StaticGrant } from '../src/static/static-grant.js'
import type { StaticList } from '../src/static/static-list.js'
import type { Verdict } from '../src/verdict.js'

/** What `StaticProvider` takes beside its tokens. Nothing is remembered: the list itself answers as fast. More claims are written there too. */
export interface StaticProviderOptions extends Omit<ProviderOptions, 'cache' | 'clockTolerance' | 'claims' | 'enrich' | 'enrichTimeout'> {
  /**
   * Tokens that begin with it and `_` were made by `generateToken` and belong to this provider, in the list or not: one
   * that was mistyped or taken out is refused here, and shown to nobody else. Give each to one provider of a chain.
   */
  prefix?: string | undefined
}

/** For a list that is text. */
interface StaticTextOptions extends StaticProviderOptions {
  /** What the tokens may do, where the text holds tokens alone. Left out: the text is JSON and says it itself. */
  grant?: StaticGrant | undefined
}

export interface StaticEnvOptions extends StaticTextOptions {
  /** Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined
}

export interface StaticFileOptions extends StaticTextOptions {
  /** Seconds within which a change of the file is found. Default 1, at most 3600. */
  checkEvery?: number | undefined
}

/** What is handed in from inside of this package. */
export interface StaticFileParts {
  readonly after?: After | undefined
}

/**
 * Says yes to the tokens given: `{ [token or digest]: grant }`. They are kept as digests and looked up by digest, so that
 * time tells nothing.
 *
 * @throws TypeError at construction for a token shorter than 8 characters or outside RFC 6750's alphabet, and for one that
 * is in the list twice; shorter than 16 is a warning.
 */
export class StaticProvider extends BaseProvider {
  override readonly owns: Ownership
  readonly #prefix: string | undefined
  #list: StaticList
  #follower: FileFollower | undefined

  /**
   * A list in an environment variable: JSON as the constructor takes it, or tokens alone with `grant`.
   *
   * @throws TypeError when the variable is missing, empty or wrong.
   */
  static fromEnv(variable: string, options: StaticEnvOptions = {}): StaticProvider {
    checkOptions('StaticProvider.fromEnv', options, ENV_OPTIONS)
    const { env = globalThis.process?.env ?? {}, grant, ...rest } = options
    const text = Object.hasOwn(env, variable) ? env[variable] : undefined
    if (text === undefined) throw new TypeError(`the environment variable ${nameOf(variable)} is not set`)
    return new StaticProvider(staticTokens(text, `the environment variable ${variable}`, grant), rest)
  }

  /**
   * A list in a file that is read again when it changes: JSON as the constructor takes it, or tokens alone with `grant`.
   * What was taken out is refused within `checkEvery` seconds. A file that cannot be read any more, half written perhaps,
   * changes nothing and is told by an event and a warning; `{}` lets nobody in. `close()` ends the looking.
   *
   * @throws TypeError when it cannot be read at the start.
   */
  static async fromFile(path: string, options: StaticFileOptions = {}, parts: StaticFileParts = {}): Promise<StaticProvider> {
    checkOptions('StaticProvider.fromFile', options, FILE_OPTIONS)
    const { checkEvery = 1, grant, ...rest } = options
    const every = spanInSeconds('checkEvery', checkEvery, { min: 0.1, max: 3600 })
    const copy = grant && frozenCopy('grant', grant)
    const [{ readTextFile }, { FileFollower: Following }] = await Promise.all([import('../src/lib/text-file.js'), import('../src/static/file-follower.js')])
    const file = await readTextFile(path)
    const provider = new StaticProvider(staticTokens(file.text, path, copy), rest)
    warnOfReaders(path, file, provider.#list)
    provider.#follower = new Following({
      read: () => readTextFile(path),
      text: file.text,
      every,
      after: parts.after ?? after,
      take: (changed) => {
        provider.#list = staticList(staticTokens(changed.text, path, copy), provider.#prefix)
        warnOfReaders(path, changed, provider.#list)
        provider.emit({ type: 'list_loaded', provider: provider.name, tokens: provider.#list.keys.size })
      },
      failed: (message) => {
        provider.emit({ type: 'list_unreadable', provider: provider.name, message })
        // Not by the event alone: somebody may believe that a token is out.
        warn(`provider "${provider.name}": ${message}; the list of before serves on`)
      },
    })
    return provider
  }

  constructor(tokens: StaticTokens, options: StaticProviderOptions = {}) {
    checkOptions('StaticProvider', options, OPTIONS)
    // Both clocks are ours, so there is no difference to forgive.
    super({ ...options, name: options.name ?? 'static', clockTolerance: 0 })
    this.#prefix = options.prefix === undefined ? undefined : checkedPrefix(options.prefix)
    this.#list = staticList(isTable(tokens) ? tokens : {}, this.#prefix)
    if (this.#list.keys.size === 0) throw new TypeError('StaticProvider takes at least one token: { [token]: { claims: { sub: "ci" }, scopes: ["deploy"] } }')
    this.owns = ownership(this.#prefix, () => this.#list)
  }

  /** Mine when the token has the prefix or is in the list, foreign otherwise. */
  override recognizes(token: string): Recognition {
    const hasPrefix = this.#prefix !== undefined && token.startsWith(`${this.#prefix}_`)
    return hasPrefix || this.#list.keys.has(sha256(token)) ? 'mine' : 'foreign'
  }

  /** As in every provider, but it holds for five years: the tokens of a list may never expire, and would come back. (D63) */
  override async revoke(what: Revocation): Promise<void> {
    return super.revoke({ ...what, expiresAt: what.expiresAt ?? this.now() + FIVE_YEARS })
  }

  /** How many tokens are on the list. Nothing is remembered: the list itself answers as fast. */
  override health(): ProviderHealth {
    const { memory: _, ...rest } = super.health()
    return { ...rest, kind: 'static', tokens: this.#list.keys.size }
  }

  /** Reads the file of `fromFile` now, and not only in `checkEvery` seconds. Settles when that is done, well or not. */
  async reload(): Promise<void> {
    await this.#follower?.look()
  }

  override async close(): Promise<void> {
    this.#follower?.close()
    await super.close()
  }

  /** A token that `generateToken` made and somebody cut off. */
  override nearMiss(token: string): NearMiss | undefined {
    return isMistyped(token) ? { hint: NOT_WHOLE, claim: 'checksum', isExact: true } : undefined
  }

  protected override get checkName(): string {
    return 'list'
  }

  protected override check(token: string): Verdict {
    if (this.#prefix !== undefined && isMistyped(token, this.#prefix)) return MISTYPED
    const key = this.#list.keys.get(sha256(token))
    if (key === undefined) return isMistyped(token) ? MISTYPED : reject('unknown_token')
    return this.now() < key.notBefore ? TOO_EARLY : key.verdict
  }

  protected override keyOf(token: string): string | undefined {
    return this.#list.keys.get(sha256(token))?.name
  }
}

const OPTIONS = {
  prefix: true, scopes: true, implies: true, expandScopes: true, revocations: true,
  subjectClaim: true, requestAs: true, tokenHeader: true, observe: true, now: true, name: true,
} as const satisfies OptionNames<StaticProviderOptions>
const ENV_OPTIONS = { ...OPTIONS, grant: true, env: true } as const satisfies OptionNames<StaticEnvOptions>
const FILE_OPTIONS = { ...OPTIONS, grant: true, checkEvery: true } as const satisfies OptionNames<StaticFileOptions>

const UNSAID = { expected: undefined, actual: undefined }
const NOT_WHOLE = 'the checksum does not fit: the token was cut off or mistyped'
const MISTYPED = reject('malformed', { claim: 'checksum', ...UNSAID, hint: NOT_WHOLE })
const TOO_EARLY = reject('not_yet_valid', { claim: 'nbf', ...UNSAID, hint: 'the time from which this key is good is yet to come' })

/** In seconds. */
const FIVE_YEARS = 157_680_000

/** What is true of the list whenever somebody looks: it may change. */
function ownership(prefix: string | undefined, list: () => StaticList): Ownership {
  return {
    ...(prefix !== undefined && { prefixes: [`${prefix}_`] }),
    get digests() {
      return [...list().keys.keys()]
    },
  }
}

/** For an error: who gives the value in place of the name must not find it in a log. */
function nameOf(variable: unknown): string {
  return typeof variable === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(variable) ? variable : 'of this name (give its name, not its value)'
}

function warnOfReaders(path: string, file: TextFile, list: StaticList): void {
  if (!file.isWorldReadable || !list.hadTokens) return
  warn(`everybody on this machine can read the tokens in ${path}; chmod 600, or write digests: npx bearer-auth-providers hash`)
}
