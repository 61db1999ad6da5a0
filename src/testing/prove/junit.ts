/** Writes a proof as JUnit XML, which reporters of CI read. */
import { linesOf } from './results.js'
import type { CheckNotTried, CheckResult } from './results.js'

interface Results {
  readonly checks: readonly CheckResult[]
  readonly notTried: readonly CheckNotTried[]
  readonly open: readonly CheckResult[]
  readonly untold: readonly CheckResult[]
}

/** One suite; open checks are failures, and those that nobody can tell are skipped. */
export function asJUnit({ checks, notTried, open, untold }: Results): string {
  const skipped = untold.length + notTried.length
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="proveGuarded" tests="${checks.length + notTried.length}" failures="${open.length}" errors="0" skipped="${skipped}">`,
    ...checks.map(testCase),
    ...notTried.map(({ check, promise, wants }) => `  ${begin(check, promise)}><skipped message="${escaped(`wants ${wants}`)}"/></testcase>`),
    '</testsuite>',
    '',
  ].join('\n')
}

function testCase(result: CheckResult): string {
  const { check, promise, clause, verdict } = result
  if (verdict === 'holds') return `  ${begin(check, promise)}/>`
  const told = escaped(linesOf(result).slice(1).join('\n'))
  if (verdict === 'cannot tell') return `  ${begin(check, promise)}><skipped message="${told}"/></testcase>`
  return `  ${begin(check, promise)}><failure message="${escaped(`${promise} (${clause})`)}">${told}</failure></testcase>`
}

function begin(check: string, promise: string): string {
  return `<testcase classname="${escaped(check)}" name="${escaped(promise)}"`
}

// XML 1.0 section 2.2 has no other characters below the blank.
function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`).replaceAll(/[^\t\n\r -\uFFFD]/g, '?')
}
