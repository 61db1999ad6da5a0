/** This file holds the symbol by which a demand is tried before it is made: it refuses nobody, and events tell whom it would. */

/**
 * Marks what is not demanded yet: `[reportOnly]: true` on a rule, an audience, scopes, an operation, a proof or a whole gate. Requests
 * pass as they do without it, and an event tells what would have been refused. A whole gate that is marked guards nothing.
 */
export const reportOnly: unique symbol = Symbol.for('bearer-auth-providers.report-only')

/** An audience that tokens do not have to have yet. */
export interface ReportedAudience {
  /** What `aud` is going to have to hold, or one of these. */
  readonly audience: string | readonly string[]
  readonly [reportOnly]: true
}

/** Scopes that requests do not need yet. */
export interface ReportedScopes {
  /** One or several. */
  readonly scopes: string | readonly string[]
  readonly [reportOnly]: true
}

/** True where it is marked. @throws TypeError for a mark that is anything but `true`: whether it demands must not hang on a variable. */
export function isReported(owner: string, value: object): boolean {
  const mark = Object.hasOwn(value, reportOnly) ? (value as { readonly [reportOnly]?: unknown })[reportOnly] : undefined
  if (mark === undefined || mark === true) return mark === true
  throw new TypeError(`[reportOnly] of ${owner} must be true; leave it out to refuse what does not fit`)
}
