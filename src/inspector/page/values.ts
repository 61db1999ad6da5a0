/** Shows values that strangers wrote: exactly, so that a blank or a sign that cannot be seen is seen, and no longer than anybody reads. */
import { el } from './dom.js'

/** Characters of one value. */
const LONGEST = 4_000
/** Characters of a list or an object that stands on one line. */
const ONE_LINE = 72
/** What has no shape, or turns the direction of what stands after it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u00a0]/gu
/** Claims that are instants. */
const INSTANTS: ReadonlySet<string> = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at'])

/** A text in which every sign can be seen. */
export function visible(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}… and ${text.length - LONGEST} more characters` : text
  // What JSON.stringify lays out stays so.
  return cut.replaceAll(UNSEEN, (sign) => (sign === '\n' ? sign : `\\u{${sign.codePointAt(0)?.toString(16)}}`))
}

/** A value as JSON has it, so that `"7"` is not `7`; a word where there is none. Over several lines only where one would be long. */
export function written(value: unknown): string {
  if (value === undefined) return 'nothing'
  const line = JSON.stringify(value)
  return visible(line.length <= ONE_LINE ? line : JSON.stringify(value, undefined, 2))
}

export function valueOf(value: unknown): HTMLElement {
  return el('code', { class: 'value' }, written(value))
}

/** The second of two texts, with a mark where it begins to differ from the first. */
export function differing(expected: unknown, actual: unknown): HTMLElement {
  if (typeof expected !== 'string' || typeof actual !== 'string' || expected === actual) return valueOf(actual)
  const [one, other] = [written(expected), written(actual)]
  let same = 0
  while (same < other.length - 1 && one[same] === other[same]) same += 1
  return el('code', { class: 'value' }, other.slice(0, same), el('mark', {}, other.slice(same)))
}

/** What an instant is for people; undefined for what is none. */
export function instant(name: string, value: unknown): string | undefined {
  if (!INSTANTS.has(name) || typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 8.64e12) return undefined
  const ago = Date.now() / 1000 - value
  return `${new Date(value * 1000).toISOString().replace('T', ' ').slice(0, 19)} UTC, ${ago < 0 ? `in ${span(-ago)}` : `${span(ago)} ago`}`
}

/** A span of seconds in words: two parts at most. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h${Math.floor((whole % 3_600) / 60) === 0 ? '' : ` ${Math.floor((whole % 3_600) / 60)} min`}`
  return `${Math.floor(whole / 86_400)} days`
}
