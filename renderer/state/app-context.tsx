/** What every part of the window may use: the engine, the mirror, and the hooks that read them. */

import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import type { AppView, TransferId, TransferView } from '#shared/api/views.ts'
import type { Engine, EngineState } from '../connection/engine.ts'
import type { Mirror } from './mirror.ts'

export interface AppAccess {
  readonly engine: Engine
  readonly mirror: Mirror
  /** The snapshot has come: there is always one below this context. */
}

const Access = createContext<AppAccess | undefined>(undefined)

export const AppProvider = Access.Provider

export function useAccess(): AppAccess {
  const access = useContext(Access)
  if (access === undefined) throw new Error('used outside AppProvider')
  return access
}

export function useEngine(): Engine {
  return useAccess().engine
}

export function useEngineState(): EngineState {
  const { engine } = useAccess()
  return useSyncExternalStore(
    useCallback((listener) => engine.onState(listener), [engine]),
    () => engine.state,
  )
}

/** Undefined until the first snapshot. */
export function useMaybeApp(): Omit<AppView, 'transfers'> | undefined {
  const { mirror } = useAccess()
  return useSyncExternalStore(
    useCallback((listener) => mirror.subscribe('app', listener), [mirror]),
    () => mirror.app,
  )
}

export function useApp(): Omit<AppView, 'transfers'> {
  const app = useMaybeApp()
  if (app === undefined) throw new Error('used before the first snapshot')
  return app
}

/** Newest first. */
export function useTransferIds(): readonly TransferId[] {
  const { mirror } = useAccess()
  return useSyncExternalStore(
    useCallback((listener) => mirror.subscribe('list', listener), [mirror]),
    () => mirror.ids,
  )
}

/** Renders again when this one transfer changes. */
export function useTransfer(id: TransferId | null): TransferView | undefined {
  const { mirror } = useAccess()
  return useSyncExternalStore(
    useCallback(
      (listener) => (id === null ? () => undefined : mirror.subscribe(`transfer:${id}`, listener)),
      [mirror, id],
    ),
    () => (id === null ? undefined : mirror.transfer(id)),
  )
}
