/** Holds that `./nest` fits Nest as it is. */
import { Catch } from '@nestjs/common'
import { authErrors, authGuard, bearerAuth as nestAuth } from '../../src/adapters/nest.js'
import { options, provider } from './given.js'
import type { INestApplication } from '@nestjs/common'

declare const nest: INestApplication
nest.use(nestAuth(provider, options)).useGlobalFilters(authErrors(Catch)).useGlobalGuards(authGuard('notes:read'))
