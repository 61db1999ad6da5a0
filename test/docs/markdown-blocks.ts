/** Takes Markdown apart: code blocks, links, headings. As much of CommonMark as this project writes, and no more. */

export interface Block {
  /** First word of the info string; empty when there is none. */
  readonly language: string
  readonly code: string
  /** Line of the document that the first line of code stands on, counted from 1. */
  readonly line: number
  /** Text of the HTML comment right above the block; empty when there is none. */
  readonly note: string
}

export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(FENCED)].map((found) => {
    const { before = '', indent = '', language = '', code = '' } = found.groups ?? {}
    const above = markdown.slice(0, found.index) + before
    return {
      language,
      code: code.replaceAll(new RegExp(`^ {0,${indent.length}}`, 'gm'), ''),
      line: above.split('\n').length + 1,
      note: COMMENT_AT_END.exec(above)?.[1]?.trim() ?? '',
    }
  })
}

/** Where the links of a document lead: inline, by reference, images, and those in HTML. Code is left out. */
export function linksOf(markdown: string): string[] {
  const prose = withoutCode(markdown)
  return [INLINE_LINK, REFERENCE, HTML_LINK].flatMap((kind) => [...prose.matchAll(kind)].map(([, target = '']) => target))
}

/** The anchors that GitHub gives to the headings of a document, and those that are written into it. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...withoutBlocks(markdown).matchAll(HEADING)].map(([, text = '']) => slug(text))
  const numbered = headings.map((one, index) => {
    const before = headings.slice(0, index).filter((other) => other === one).length
    return before === 0 ? one : `${one}-${before}`
  })
  return [...numbered, ...[...withoutCode(markdown).matchAll(HTML_ANCHOR)].map(([, name = '']) => name)]
}

const FENCED = /(?<before>^|\n)(?<indent> *)(?<fence>```+|~~~+) *(?<language>[^\s`]*)[^\n`]*\n(?<code>[\s\S]*?)(?<=\n) *\k<fence>[`~]* *(?=\n|$)/g
const COMMENT_AT_END = /<!--((?:(?!-->)[\s\S])*)-->\s*$/
const INLINE_LINK = /\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g
const REFERENCE = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm
const HTML_LINK = /<(?:a|img|source)\s[^>]*?(?:href|src|srcset)="([^"\s]+)"/g
const HTML_ANCHOR = /<a\s[^>]*?(?:id|name)="([^"]+)"/g
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/gm

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(FENCED, '\n').replaceAll(/<!--[\s\S]*?-->/g, '')
}

function withoutCode(markdown: string): string {
  return withoutBlocks(markdown).replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
}

// As GitHub does it: markup off, lower case, punctuation off, each blank a hyphen.
function slug(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]*>/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
