/** How the inspector looks: light and dark by the reader's own choice, from a phone to a wide screen. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #fff; --ink: #1c1d1f; --soft: #55585e; --line: #d9dadd; --accent: #0a5fb4;
  --good: #17692f; --bad: #b3261e; --unknown: #7a4d00; --good-ground: #e8f4ea; --bad-ground: #fdecea; --unknown-ground: #fdf3dc; --mark: #ffd7d3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16171a; --card: #1f2125; --ink: #ececee; --soft: #b0b4bb; --line: #3b3e45; --accent: #8ac2ff;
    --good: #86d99b; --bad: #ff9d94; --unknown: #f0c36d; --good-ground: #17301e; --bad-ground: #3b1b19; --unknown-ground: #362a12; --mark: #7a2620;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; padding: 1rem clamp(1rem, 4vw, 3rem); border-bottom: 1px solid var(--line); }
header button { margin-left: auto; }
main { display: grid; gap: 1.5rem; padding: 1.5rem clamp(1rem, 4vw, 3rem); max-width: 84rem; margin: 0 auto; }
main.enter { max-width: 32rem; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.2rem; margin: 0 0 .75rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
section.wide, .card { min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: clamp(1rem, 2.5vw, 1.5rem); }
p { margin: .4rem 0; } small, .note { color: var(--soft); font-size: .875rem; } small { font-weight: 400; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
textarea, input { width: 100%; padding: .6rem; border: 1px solid var(--soft); border-radius: .4rem; background: var(--ground); color: inherit; }
textarea { font: .875rem/1.45 ui-monospace, monospace; resize: vertical; overflow-wrap: anywhere; }
input { font: inherit; margin-bottom: .75rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1rem; border: 1px solid var(--accent); border-radius: .4rem; cursor: pointer; }
button { background: var(--accent); color: var(--card); }
button.quiet { background: transparent; color: var(--accent); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem; z-index: 1; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; unicode-bidi: isolate; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { margin: 0; padding: .75rem; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; max-height: 24rem; overflow: auto; }
mark { background: var(--mark); color: inherit; border-radius: .2rem; padding: 0 .1rem; }
.pair { display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); } .pair > * { min-width: 0; }
.verdict { font-size: 1.15rem; padding: .75rem 1rem; border-radius: .4rem; margin-top: 1rem; overflow-wrap: anywhere; }
.verdict.accepted { background: var(--good-ground); color: var(--good); } .verdict.rejected { background: var(--bad-ground); color: var(--bad); }
.verdict.unavailable, .verdict.unknown { background: var(--unknown-ground); color: var(--unknown); }
.overall.good { color: var(--good); }
.overall.bad { color: var(--bad); font-weight: 600; }
.overall { margin: 0; flex: 1 1 16rem; overflow-wrap: anywhere; }
.hint { border-left: 3px solid var(--unknown); padding-left: .6rem; overflow-wrap: anywhere; }
ol, ul { margin: 0; padding: 0; list-style: none; }
.road li { position: relative; padding: 0 0 1rem 1.75rem; overflow-wrap: anywhere; }
.road li::before { content: ''; position: absolute; left: .3rem; top: .35rem; width: .8rem; height: .8rem; z-index: 1; }
.road li::before { border-radius: 50%; border: 2px solid var(--soft); background: var(--card); }
.road li:not(.end)::after { content: ''; position: absolute; left: .63rem; top: .9rem; bottom: -.4rem; width: 2px; background: var(--line); }
.road li.good::before { background: var(--good); border-color: var(--good); }
.road li.bad::before { background: var(--bad); border-color: var(--bad); }
.road li.skipped { color: var(--soft); } .road li.end { padding-bottom: 0; }
.steps li { display: flex; gap: .6rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.steps li > div { min-width: 0; flex: 1; }
.steps p { margin: 0; overflow-wrap: anywhere; }
.sign { font-weight: 700; width: 1.1rem; text-align: center; }
li.good > .sign { color: var(--good); }
li.bad > .sign, li.bad > div > p:first-child > strong { color: var(--bad); }
li.unknown > .sign { color: var(--unknown); }
dl { margin: .25rem 0; display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: .15rem 1rem; }
dt { color: var(--soft); overflow-wrap: anywhere; max-width: 14rem; } dd { margin: 0; overflow-wrap: anywhere; }
.scopes li { padding: .25rem 0; overflow-wrap: anywhere; } .scopes li.bad { color: var(--bad); } .scopes li.skipped { color: var(--soft); }
details > summary { cursor: pointer; } summary h3 { display: inline; } details { margin-top: 1.25rem; }
.card { margin-top: 1rem; background: transparent; } .card > h3 { margin-top: 0; overflow-wrap: anywhere; } .card.bad { border-color: var(--bad); }
.members { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.issuer p { overflow-wrap: anywhere; font-weight: 600; }
.plots li { display: grid; grid-template-columns: minmax(0, 1fr); gap: .1rem; padding: .4rem 0; }
.plot { width: 100%; height: 1.75rem; fill: var(--accent); }
.plots .name { font-weight: 600; } .plots .count { color: var(--soft); font-size: .875rem; }
.notes li { padding: .35rem 0; overflow-wrap: anywhere; }
.card dl { grid-template-columns: 9.5rem minmax(0, 1fr); }
@media (max-width: 30rem) {
  header { align-items: center; } header .overall { order: 1; flex-basis: 100%; }
  main { padding: .75rem; } .card { padding: .75rem; } .members .card { border-width: 0 0 0 3px; border-radius: 0; padding: .25rem 0 .25rem .75rem; }
  dl, .card dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .4rem; } dt { max-width: none; }
}
@media (forced-colors: active) { .road li::before { forced-color-adjust: none; } }
`
