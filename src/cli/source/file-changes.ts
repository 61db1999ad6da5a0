/** This file tells when one of a few files has changed: by what is in them, since editors write in many ways. */
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Once at the start, and at each change until the signal fires. A file that is away for a moment has changed. */
export async function* changesOf(files: readonly string[], signal: AbortSignal): AsyncGenerator<void> {
  let wake = (): void => undefined
  // The folder: many editors put a new file in the place of the old.
  const watchers = [...new Set(files.map((file) => dirname(file)))].map((folder) => watch(folder, () => wake()))
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    let seen: string | undefined
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      const now = JSON.stringify(await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => null))))
      if (now !== seen) yield
      else if (!signal.aborted) await woken
      seen = now
    }
  } finally {
    for (const watcher of watchers) watcher.close()
  }
}
