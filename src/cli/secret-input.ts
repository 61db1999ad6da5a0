/** Reads a secret from a pipe, or asks a person for it without showing it. */
import { CommandError } from './command.js'
import type { Terminal } from './command.js'

/** Characters: more than any token has. */
const MAX_LENGTH = 65_536

/** Without the line end that editors and `echo` leave behind it. */
export async function readSecret(terminal: Terminal, question: string): Promise<string> {
  return terminal.stdin.isTTY === true ? ask(terminal, question) : readAll(terminal.stdin)
}

async function readAll(stdin: Terminal['stdin']): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stdin) {
    text += typeof part === 'string' ? part : decoder.decode(part, { stream: true })
    if (text.length > MAX_LENGTH) throw new CommandError(1, 'what came in is too long for a token')
  }
  return (text + decoder.decode()).replace(/\r?\n$/, '')
}

async function ask({ stdin, stderr }: Terminal, question: string): Promise<string> {
  stdin.setRawMode?.(true) // or the terminal shows what is typed; and before somebody is asked to
  stderr.write(question)
  try {
    return await typed(stdin)
  } finally {
    stdin.setRawMode?.(false)
    stderr.write('\n')
  }
}

/** In raw mode the keys come as they are, and what they do is ours to do. */
async function typed(stdin: Terminal['stdin']): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stdin) {
    const keys = typeof part === 'string' ? part : decoder.decode(part, { stream: true })
    for (const key of keys.replaceAll(ESCAPE_SEQUENCE, '')) {
      if (key === '\r' || key === '\n' || key === CTRL_D) return text
      if (key === CTRL_C) throw new CommandError(130, 'broken off')
      if (key === CTRL_U) text = ''
      else if (key === BACKSPACE || key === DELETE) text = text.slice(0, -1)
      else if (text.length < MAX_LENGTH) text += key
    }
  }
  return text
}

// Arrow keys, and the brackets that terminals put around what is pasted.
const ESCAPE_SEQUENCE = /\x1b\[[0-9;]*[~A-Za-z]/g
const [CTRL_C, CTRL_D, BACKSPACE, CTRL_U, DELETE] = ['\x03', '\x04', '\b', '\x15', '\x7f']
