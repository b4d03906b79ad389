/** In the person's own cache folder. */
export function compileCacheDir(): string
/** Before everything else is imported. */
export function keepCompiledModules(): void
