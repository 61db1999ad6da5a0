/** Rules of our own for oxlint. */
const TEXT = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|https?:\/\/\S+/g
const WIDTH = 160

/** One width for every line, URLs and what stands between quotes not counted. */
const width = {
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

/** Vitest gives up after a second, which a busy machine takes for nothing. */
const patience = {
  create: (context) => ({
    MemberExpression(node) {
      const { object, property } = node
      if (object.name !== 'vi' || !['waitFor', 'waitUntil'].includes(property.name)) return
      context.report({ node, message: `vi.${property.name} gives up after a second: write until() of test/until.ts` })
    },
  }),
}

export default { meta: { name: 'ours' }, rules: { width, patience } }
