/** Holds what the inspector takes, and where its handlers fit. */
import express from 'express'
import { fastify } from 'fastify'
import { createServer } from 'node:http'
import { gate, StaticProvider } from '../../src/index.js'
import { inspector, oneTimeLink } from '../../src/inspector/index.js'
import { structural } from './given.js'
import type { Inspector, InspectorOptions } from '../../src/inspector/index.js'

const access = new StaticProvider({})
const inspect: Inspector = inspector(structural, { access })
export const options: InspectorOptions = { access: oneTimeLink((path) => void path), path: '/admin', lookFor: 600, now: () => 0 }

express().use(inspect.node)
createServer((req, res) => inspect.node(req, res))
fastify().addHook('onRequest', (request, reply, next) => inspect.node(request.raw, reply.raw, next))
gate(structural, { observe: inspect.observe })
export const handler: (request: Request) => Promise<Response> = inspect

// @ts-expect-error TS2554 nobody says who may look
inspector(structural)
// @ts-expect-error TS2741 nor here
inspector(structural, {})
// @ts-expect-error TS2322 a password in the code is no provider
inspector(structural, { access: 'let me in' })
// @ts-expect-error TS2554 a link that nobody is told
oneTimeLink()
// @ts-expect-error TS2353 there is no way to open it to everybody
inspector(structural, { access, open: true })
