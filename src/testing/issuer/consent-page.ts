/** The page that asks a person for consent: two buttons, no script, no cookie. */

export interface ConsentQuestion {
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Where the buttons go. */
  readonly yes: string
  readonly no: string
}

export function consentPage({ sub, clientId, scopes, yes, no }: ConsentQuestion): string {
  const what = scopes.length === 0 ? '' : `: ${scopes.join(' ')}`
  return `<title>Test issuer</title>
<h1>Test issuer</h1>
<p>The client <code>${escaped(clientId)}</code> asks for access.</p>
<form method="post">
<button formaction="${escaped(yes)}">Sign in as ${escaped(sub)} and allow${escaped(what)}</button>
<button formaction="${escaped(no)}">No</button>
</form>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
