// The demo's servers, and the person who signs in there.
import { setTimeout as pause } from 'node:timers/promises'
import { Person, yes } from '../../build/demo/person.js'
import { Watch } from '../../build/demo/watch.js'
import { startWorld } from '../../build/demo/world.js'

/** The demo, until the test is over. */
export async function demo(t) {
  const world = await startWorld()
  t.after(() => world.close())
  return world
}

/** Somebody who goes wherever a client asks, says yes or no, and takes the answer back to the client. */
export function somebody(url, answer = yes) {
  const watch = new Watch(url)
  const person = new Person(watch)
  const visited = new Set()
  async function visit(link) {
    const redirectUri = new URL(link).searchParams.get('redirect_uri')
    await bringBack(await person.visit(new URL(link), redirectUri, answer))
  }
  return {
    /** Takes all that a client has printed so far, and goes to the links in it. */
    read(printed) {
      const links = printed.match(/http\S+response_type=code\S+(?=\s)/g) ?? []
      for (const link of links.filter((one) => !visited.has(one))) visited.add(link) && visit(link)
    },
    /** What the buttons said that were pressed. */
    pressed() {
      return watch.way.flat().filter((step) => step.startsWith('\u201C'))
    },
  }
}

/** As slow as people are: clients print their link some moments before they listen for the answer. */
async function bringBack(url, tries = 100) {
  try {
    await fetch(url)
  } catch (error) {
    if (tries === 0 || error.cause?.code !== 'ECONNREFUSED') throw error
    await pause(50)
    await bringBack(url, tries - 1)
  }
}
