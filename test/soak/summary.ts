/** One compact table of what a soak came to. */
import { GROUPS } from './answer-ledger.js'
import type { Soak } from './soak.js'

export function summary(soak: Soak): string {
  const { witness, issuer, clock, options, jose, rotations } = soak
  const { answers, fetches } = witness
  const { attempts, requests, busiestMinute } = fetches
  const calls = GROUPS.reduce((sum, group) => sum + answers.total(group), 0)
  const real = clock.lived()
  const minutes = (real * options.pace.speed) / 60
  const ended = (as: string): number => attempts.filter(({ outcome }) => outcome === as).length
  const looks = attempts.filter(({ cause }) => cause === 'name').length
  const known = percent(answers.availability(['good, key known']))
  const all = percent(answers.availability(['good, key known', 'good, key not known']))
  const { longest } = answers
  const ms = (span = 0): string => `${span.toFixed(0)} ms`
  return [
    '',
    `soak: seed ${options.seed}, ${real.toFixed(1)} s are ${minutes.toFixed(1)} min of the provider, ${calls} calls`,
    row('', 'yes', 'no', 'silence', 'bug'),
    ...GROUPS.map((group) => row(group, ...Object.values(answers.counts.get(group) ?? {}))),
    `availability   known keys ${known}, every good token, the long outage too ${all}`,
    ...(jose ? [`  jose         known keys ${percent(jose.availability)}, ${jose.requests} requests`] : []),
    `fetches        ${requests} requests, ${ended('read')} attempts that read the keys, ${ended('failed')} that failed`,
    `               ${looks} attempts for names that nobody knows, ${fetches.tooSlow} failed on a fine issuer`,
    `  a minute     ${(requests / minutes).toFixed(1)} requests; at most ${count(busiestMinute)}`,
    `  an outage    in its first minute at most ${count(fetches.busiestOutage())}`,
    `rotations      ${rotations.count}; recovered ${soak.recoveredAfter.toFixed(1)} s after the long outage`,
    `longest call   ${ms(Math.max(...longest.values()))}, with a known key ${ms(longest.get('good, key known'))}`,
    `longest turn   ${ms(soak.longestTurn)} of the event loop, the issuer's share included`,
    `faults met     ${[...issuer.met].map(([name, times]) => `${name} ${times}`).join(', ')}`,
    '',
  ].join('\n')
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return name.padEnd(24) + cells.map((cell) => String(cell).padStart(9)).join('')
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)} %`
}

function count({ attempts, requests }: { attempts: number; requests: number }): string {
  return `${attempts} attempts, ${requests} requests`
}
