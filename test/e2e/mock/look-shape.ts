/** One picture: an engine, and what is done before it is taken. */

import type { Page } from '@playwright/test'
import type { MockEngine } from './mock-engine.ts'
import type { MockPage } from './mock-page.ts'

export interface Look {
  readonly name: string
  readonly engine: () => MockEngine
  readonly session?: 'open' | 'token' | 'password'
  /** What the browser's console says here for a good reason. */
  readonly mayComplain?: RegExp
  readonly prepare?: (
    page: Page,
    world: { readonly engine: MockEngine; readonly mock: MockPage },
  ) => Promise<void>
}
