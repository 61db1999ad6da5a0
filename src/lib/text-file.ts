/** Reads a small text file, on runtimes that have files. */

export interface TextFile {
  readonly text: string
  /** True where everybody on the machine may read it. False where that cannot be known. */
  readonly isWorldReadable: boolean
}

/** Largest file in bytes: a list of some five thousand digests. */
const MAX_BYTES = 1_048_576

/**
 * Reads the file through every symbolic link, so that whatever stands there now is read: Kubernetes swaps links.
 *
 * @throws TypeError that names the path and shows nothing of the text.
 */
export async function readTextFile(path: string): Promise<TextFile> {
  const fs = await import('node:fs/promises') // only where a file was named
  // To open or to read a pipe would wait for whoever writes there: it is opened without, and what was opened is looked at.
  const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants
  const file = await fs.open(path, O_RDONLY | O_NONBLOCK).catch(cannotRead(path))
  try {
    const stat = await file.stat().catch(cannotRead(path))
    if (!stat.isFile()) throw new TypeError(`${path} is not a file`)
    if (stat.size > MAX_BYTES) throw new TypeError(`${path} is larger than ${MAX_BYTES} bytes`)
    const bytes = await file.readFile().catch(cannotRead(path))
    return { text: textOf(bytes, path), isWorldReadable: (stat.mode & 0o004) !== 0 && globalThis.process?.platform !== 'win32' }
  } finally {
    await file.close()
  }
}

function cannotRead(path: string): (cause: unknown) => never {
  return (cause) => {
    const code = (cause as { code?: unknown } | null)?.code
    throw new TypeError(`cannot read ${path}${typeof code === 'string' ? ` (${code})` : ''}`, { cause })
  }
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new TypeError(`${path} is not UTF-8; PowerShell writes it with: Out-File -Encoding utf8`)
  }
}
