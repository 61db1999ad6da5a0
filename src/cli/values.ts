/** Reads the values of options. */
import { CommandError } from './command.js'

/** For options that may come several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** For `--port` and `--ttl`. @throws CommandError */
export function wholeNumber(name: string, min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= min && number <= max) return number
    throw new CommandError(64, `${name} must be a whole number from ${min} to ${max}`)
  }
}

/** `name=value`, the value as JSON where it is some, and as text otherwise. @throws CommandError */
export function claimsIn(pairs: readonly string[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value = ''] = /^([^=]+)=([^]*)$/.exec(pair) ?? []
      if (name === undefined) throw new CommandError(64, '--claim must be written as name=value, such as --claim org_id=acme or --claim \'roles=["editor"]\'')
      return [name, jsonOrText(value)]
    }),
  )
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
