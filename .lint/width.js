/** Is a rule of our own for oxlint: one width for every line, URLs and what stands between quotes not counted. */
const TEXT = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|https?:\/\/\S+/g
const WIDTH = 160

const line = {
  create: (context) => ({
    Program() {
      for (const [index, text] of context.sourceCode.lines.entries()) {
        const width = text.length > WIDTH ? text.replace(TEXT, "''").length : 0
        if (width <= WIDTH) continue
        const at = { line: index + 1, column: 0 }
        context.report({ message: `a line of ${width} characters without its texts: ${WIDTH} is our width`, loc: { start: at, end: { ...at, column: text.length } } })
      }
    },
  }),
}

export default { meta: { name: 'ours' }, rules: { width: line } }
