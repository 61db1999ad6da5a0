/** Runs a program of the documents as it stands there, with more of it exported than a reader needs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { blocksOf } from './markdown-blocks.js'

const FOLDER = 'build/document-programs'
let copies = 0

/** The block of a document whose note begins so. */
export function programOf(path: string, note: string): string {
  const found = blocksOf(readFileSync(path, 'utf8')).find((block) => block.note.startsWith(note))
  if (found === undefined) throw new Error(`${path} has no block with the note ${note}`)
  return found.code
}

/** Each call runs a copy of its own. The code asks for the package by its name, and gets what was built. */
export async function run(code: string, names: readonly string[]): Promise<unknown> {
  mkdirSync(FOLDER, { recursive: true })
  const file = `${FOLDER}/${process.pid}-${(copies += 1)}.ts`
  writeFileSync(file, `${code}\nexport { ${names.join(', ')} }\n`)
  return import(/* @vite-ignore */ pathToFileURL(file).href)
}
