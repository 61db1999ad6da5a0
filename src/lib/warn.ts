/** Tells the operator about something that works but is unwise. Never carries a token or a secret. */
export function warn(message: string): void {
  const text = `bearer-auth-providers: ${message}`
  if (typeof globalThis.process?.emitWarning === 'function') process.emitWarning(text)
  else console.warn(text)
}

/** Tells the operator about a bug in code that is not ours; node shows its stack with --trace-warnings. */
export function warnOfBug(bug: Error): void {
  if (typeof globalThis.process?.emitWarning === 'function') process.emitWarning(bug)
  else console.warn(bug)
}
