/** One compact table of what a soak came to. */
import { GROUPS } from './answer-ledger.js'
import type { Soak } from './soak.js'

export function summary(soak: Soak): string {
  const { answers, fetches, issuer, clock, options, jose } = soak
  const calls = GROUPS.reduce((sum, group) => sum + answers.total(group), 0)
  const minutes = (clock.lived() * options.pace.speed) / 60
  const { busiestMinute, busiestOutage, attempts } = fetches
  const outcomes = (outcome: string): number => attempts.filter((attempt) => attempt.outcome === outcome).length
  const looks = attempts.filter(({ cause }) => cause === 'name').length
  const met = [...issuer.met].map(([name, times]) => `${name} ${times}`).join(', ')
  return [
    '',
    `soak: seed ${options.seed}, ${clock.lived().toFixed(1)} s real are ${minutes.toFixed(1)} min of the provider, ${calls} calls`,
    row('', 'yes', 'no', 'silence', 'bug'),
    ...GROUPS.map((group) => {
      const { yes, no, silence, bug } = answers.counts.get(group) ?? { yes: 0, no: 0, silence: 0, bug: 0 }
      return row(group, yes, no, silence, bug)
    }),
    `availability: known keys ${percent(answers.availability(['good, key known']))}, \
every good token ${percent(answers.availability(['good, key known', 'good, key not known']))}\
${jose === undefined ? '' : `; jose with known keys ${percent(jose.availability)}, ${jose.requests} requests`}`,
    `fetches: ${fetches.requests} requests in ${attempts.length} attempts (${outcomes('read')} read, ${outcomes('failed')} failed, \
${fetches.tooSlow} of them on a fine issuer), ${looks} for names that nobody knows`,
    `         a minute: ${(fetches.requests / minutes).toFixed(1)} requests, ${busiestMinute.requests} at most (${busiestMinute.attempts} attempts); \
an outage's first minute: ${busiestOutage.attempts} attempts, ${busiestOutage.requests} requests at most`,
    `rotations ${soak.rotations}, recovered after ${soak.recoveredAfter.toFixed(1)} s, longest call \
${Math.max(...answers.longest.values()).toFixed(0)} ms (with a known key ${answers.longest.get('good, key known')?.toFixed(0)} ms), longest turn of the event loop ${soak.longestTurn.toFixed(0)} ms`,
    `faults met: ${met}`,
    '',
  ].join('\n')
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return name.padEnd(24) + cells.map((cell) => String(cell).padStart(9)).join('')
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)} %`
}
