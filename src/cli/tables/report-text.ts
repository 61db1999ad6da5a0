/** Shows a report about a token to people: what failed and what to do, then what it says, what it may, and what a client gets. */
import { plainText } from './plain-text.js'
import type { ReportedStep, RoadStop, TokenReport } from '../../inspect/token-report.js'

/** Characters of one value: whole ones are in `--json`. */
const LONGEST = 200

export async function reportText(report: TokenReport, colours: boolean): Promise<string> {
  const { default: picocolors } = await import('picocolors')
  const { bold, green, red, yellow } = picocolors.createColors(colours)
  const paint = { accepted: green, rejected: red, unavailable: yellow }[report.verdict]
  const isSeveral = new Set(report.steps.map(({ provider }) => provider)).size > 1
  const nameOf = ({ provider, check }: ReportedStep): string => plainText(isSeveral ? `${provider}: ${check}` : check)
  const passed = report.steps.filter(({ passed, reason }) => passed && reason === undefined).map(nameOf)
  const reported = report.steps.filter(({ passed, reason }) => passed && reason !== undefined)
  const failed = report.steps.filter((step) => !step.passed)
  const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => `  ${line}`)])
  return [
    paint(`${report.verdict}: ${VERDICTS[report.verdict]}`),
    ...failed.flatMap((step) => ['', ...failureLines(step, red(bold(nameOf(step))))]),
    ...section('In order', passed.length === 0 ? [] : [passed.join(', ')]),
    ...section('Only reported, and would refuse it', reported.flatMap((step) => failureLines(step, nameOf(step)))),
    ...section('Its way', report.road.length > 1 ? report.road.map(stopText) : []),
    ...section(report.claims?.verified === true ? 'It says' : 'It says, and nobody vouches for it', claimLines(report)),
    ...section('Scopes', scopeLines(report)),
    ...section(`What a client gets for ${report.client.request}`, clientLines(report)),
    '',
  ].join('\n')
}

const VERDICTS = { accepted: 'the provider takes this token', rejected: 'the provider refuses this token', unavailable: 'nobody can tell now' } as const

function failureLines({ reason, actual, expected, clause, hint }: ReportedStep, name: string): readonly string[] {
  const about = [reason, clause].filter((one) => one !== undefined).join(', ')
  const facts = Object.entries({ found: actual, expected, advice: hint }).filter(([, value]) => value !== undefined)
  return [`${name}${about === '' ? '' : ` (${about})`}`, ...facts.map(([title, value]) => `  ${title.padEnd(9)} ${plainText(value, LONGEST)}${instantIn(value)}`)]
}

function stopText({ provider, within, says, asked, tokenHeader, nearMiss }: RoadStop): string {
  const where = within === undefined ? provider : `${within} → ${provider}`
  const notes = [...(asked ? ['asked'] : []), ...(tokenHeader === undefined ? [] : [`in ${tokenHeader}`]), ...(nearMiss === undefined ? [] : [nearMiss])]
  return plainText(`${where}: ${says}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`)
}

function claimLines({ header, claims, binding }: TokenReport): readonly string[] {
  const facts = Object.entries({ header, ...claims?.values, ...(binding !== undefined && { 'bound to': binding }) })
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${plainText(name, LONGEST)}: ${plainText(JSON.stringify(value), LONGEST)}${instantIn(value)}`]))
}

/** A number that can only be an instant, as people write it. */
function instantIn(value: unknown): string {
  const isInstant = typeof value === 'number' && value > 1e9 && value < 1e11
  return isInstant ? ` = ${new Date(Math.floor(value) * 1000).toISOString().replace('.000Z', 'Z')}` : ''
}

function scopeLines({ scopes, missing }: TokenReport): readonly string[] {
  const lacks = (scope: string, waysTo: readonly string[]): string =>
    `${scope} is required and missing; ${waysTo.length === 0 ? 'no rule would grant it' : `it takes ${waysTo.join(', or ')}`}`
  return [...scopes.map(({ scope, from }) => plainText(`${scope}: ${from.join(', ')}`)), ...missing.map(({ scope, waysTo }) => plainText(lacks(scope, waysTo)))]
}

function clientLines({ client: { passed, status, headers, body } }: TokenReport): readonly string[] {
  if (passed) return ['what your server answers: the gate lets it in']
  return [String(status), ...Object.entries(headers).map(([name, value]) => plainText(`${name}: ${value}`)), ...(body === '' ? [] : [plainText(body)])]
}
