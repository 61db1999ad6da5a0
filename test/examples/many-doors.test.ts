/** The example of many doors lets in whom it must, and its guide shows what it prints. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'

const guide = readFileSync('docs/chains.md', 'utf8')
const blockOf = (kind: string): string | undefined => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\\n\`\`\``).exec(guide)?.[1]

let printed: { readonly stdout: string; readonly stderr: string; readonly code: number | null }

beforeAll(async () => {
  await new Promise((resolve) => execFile('npx', ['tsc', '-p', 'examples'], resolve))
  printed = await new Promise((resolve) => {
    const child = execFile(process.execPath, ['build/many-doors/main.js'], (_error, stdout, stderr) => resolve({ stdout, stderr, code: child.exitCode }))
  })
})

test('everybody comes in where they must, or does not', () => {
  expect(printed).toMatchObject({ stderr: '', code: 0 })
  expect(printed.stdout.match(/✓/g)).toHaveLength(9)
  expect(printed.stdout).not.toContain('✗')
})

test('the guide shows it to the letter, the picture too', () => {
  const [text = '', picture = ''] = printed.stdout.split(/(?=flowchart LR)/)
  expect(blockOf('text')).toBe(text.replace(/^\n+|\n+$/g, ''))
  expect(blockOf('mermaid')).toBe(picture.trimEnd())
})
