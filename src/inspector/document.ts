/** The documents of the inspector. They hold nothing of the server: what is shown, the page asks for. */

/** `'tokens too'`: on one's own machine, where tokens can be looked at. */
export function pageDocument(shows: 'tokens too' | 'live only'): string {
  const tokens = shows === 'tokens too'
  return documentOf('main.js', [
    HEADER,
    '<main id="main">',
    ...(tokens ? [TOKEN, MAPPING] : []),
    LIVE,
    ...(tokens ? [] : [ELSEWHERE]),
    '</main>',
  ])
}

/** What a stranger gets. `by`: what lets somebody in. */
export function signInDocument(by: 'link' | 'key'): string {
  return documentOf('enter.js', ['<main id="main" class="enter">', '<h1>Inspector</h1>', by === 'key' ? BY_KEY : BY_LINK, STATUS, '</main>'])
}

function documentOf(script: string, parts: readonly string[]): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    '<meta name="robots" content="noindex"><title>Inspector</title><link rel="stylesheet" href="style.css">',
    `<script type="module" src="page/${script}"></script></head><body>`,
    ...parts,
    '</body></html>',
  ].join('')
}

const STATUS = '<p id="status" role="status" class="status"></p>'

const HEADER = `<a class="skip" href="#main">Skip to the content</a>
<header><h1>Inspector</h1><p id="overall" role="status" class="overall"></p>
<button id="leave" type="button" class="quiet">Sign out</button></header>`

const TOKEN = `<section aria-labelledby="token-title" class="wide">
<h2 id="token-title">Why is my token refused?</h2>
<form id="token-form">
<label for="token">Token</label>
<textarea id="token" rows="4" spellcheck="false" autocomplete="off" autocapitalize="off" required aria-describedby="token-note"></textarea>
<p id="token-note" class="note">It goes to the process on this machine that serves this page, and to whom that asks about tokens anyway. It is not kept.</p>
<p><button type="submit">Explain it</button> <button type="reset" class="quiet">Clear</button></p>
</form>
<div id="verdict" role="status"></div>
<div id="report"></div>
</section>`

const MAPPING = `<section aria-labelledby="mapping-title" class="wide">
<h2 id="mapping-title">Try a mapping</h2>
<p class="note">From claims to scopes, as <code>scopes</code> and <code>implies</code> of a provider do it.
The claims are those of the last token. Edit both: nothing is saved.</p>
<div class="pair">
<div><label for="mapping">Mapping, as JSON</label><textarea id="mapping" rows="14" spellcheck="false" autocomplete="off"></textarea></div>
<div><label for="claims">Claims, as JSON</label><textarea id="claims" rows="14" spellcheck="false" autocomplete="off"></textarea></div>
</div>
<div id="mapped" role="status"></div>
</section>`

const LIVE = `<section aria-labelledby="live-title" class="wide">
<h2 id="live-title">What goes on</h2>
<p id="updated" class="note"></p>
<div id="health"></div>
<div class="pair"><div><h3>In the last ten minutes</h3><div id="plots"></div></div>
<div><h3>Refused last</h3><div id="refusals"></div><h3>What happened</h3><div id="news"></div></div></div>
</section>`

const ELSEWHERE = `<section aria-labelledby="elsewhere-title" class="wide"><h2 id="elsewhere-title">Why is my token refused?</h2>
<p>Tokens are not looked at here: this is a running server. On your own machine,
<code>npx bearer-auth-providers inspect</code> shows every check of one token, with your config.</p></section>`

const BY_KEY = `<form id="enter-form"><label for="key">Key</label>
<input id="key" type="password" autocomplete="off" required>
<button type="submit">Look</button></form>`

const BY_LINK = '<p id="link-note">Open the link that the server printed at its start. It is good once, for ten minutes; a new start prints a new one.</p>'
