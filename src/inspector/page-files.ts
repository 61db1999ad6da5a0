/** Reads the code of the page, which lies beside this file: when somebody looks at it for the first time, and never before. */
import { readFile } from 'node:fs/promises'

/** What the page is made of. No other name is ever looked for. */
const NAMES = ['dom', 'enter', 'health', 'live', 'main', 'mapping', 'plot', 'report', 'token', 'values'] as const

export class PageFiles {
  readonly #folder: URL
  readonly #read = new Map<string, Promise<string>>()

  /** `folder`: where the code is. For tests. Default: beside this file. */
  constructor(folder = new URL('./page/', import.meta.url)) {
    this.#folder = folder
  }

  /** The code of a module, by its name, such as `main.js`; undefined for any other text. */
  async code(file: string): Promise<string | undefined> {
    const name = NAMES.find((one) => file === `${one}.js`)
    if (name === undefined) return undefined
    const reading = this.#read.get(name) ?? readFile(new URL(`${name}.js`, this.#folder), 'utf8')
    this.#read.set(name, reading)
    return reading
  }
}
