/** Servers of Express 5. */
import { createServer } from 'node:http'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import express from 'express'
import { AUDIENCE, ISSUER } from '../../lib/issuer.js'
import { ALGORITHM, greeting, PATH } from '../world.js'
import { joseVerifier } from './jose.js'
import { ours } from './ours.js'
/** @import { NextFunction, Request, Response } from 'express' */
/** @import { Platform } from './index.js' */

/** @type {Platform} */
export const expressPlatform = {
  name: 'Express',
  candidates: [
    { name: 'bare', role: 'bare', start: async () => serverOf(undefined, () => undefined) },
    ...ours('express', async (guard, subject) => serverOf(guard, subject)),
    {
      name: 'requireBearerAuth + jose',
      role: 'peer',
      start: async (world) => {
        const verifier = await joseVerifier(world, () => new InvalidTokenError('Token is invalid or expired'))
        return serverOf(requireBearerAuth({ verifier }), (req) => req.auth.extra.subject)
      },
    },
    {
      name: 'express-oauth2-jwt-bearer',
      role: 'peer',
      start: async ({ jwksUri }) => {
        const { auth } = await import('express-oauth2-jwt-bearer')
        return serverOf(auth({ issuer: ISSUER, audience: AUDIENCE, jwksUri, tokenSigningAlg: ALGORITHM }), (req) => req.auth.payload.sub)
      },
    },
  ],
}

/** @param {any} guard @param {(req: any) => string | undefined} subjectOf */
function serverOf(guard, subjectOf) {
  const app = express()
  if (guard !== undefined) app.use(guard)
  app.use(express.json())
  app.post(PATH, (req, res) => void res.json(greeting(req.body, subjectOf(req))))
  app.use(answerError)
  return createServer(app)
}

/** Express would print the stack of each refusal. @param {any} error @param {Request} _req @param {Response} res @param {NextFunction} _next */
function answerError({ status = 500, headers = {} }, _req, res, _next) {
  res.status(status).set(headers).end()
}
