/** Shows to people what a mapping made of claims. */
import { plainText } from './plain-text.js'
import { reasonOf } from '../../scopes/explain.js'
import type { ClaimsExplained } from '../source/claims-explained.js'

export function scopesText({ provider, granted, missing, unknown }: ClaimsExplained): string {
  const lines = [
    ...granted.map(({ scope, by, impliedBy }) => `${scope}: ${[...by.map(reasonOf), ...impliedBy.map((other) => `implied by ${other}`)].join(', ')}`),
    ...missing.map(({ scope, waysTo }) => `${scope} is missing; ${waysTo.length === 0 ? 'no rule would grant it' : `it takes ${waysTo.join(', or ')}`}`),
    ...unknown.map((one) => `${reasonOf(one)} stands for no scope`),
  ]
  return [`by ${provider}:`, ...(lines.length === 0 ? ['no scopes'] : lines).map((line) => `  ${line}`), ''].map((line) => plainText(line)).join('\n')
}
