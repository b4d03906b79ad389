/** Says for which system and processor a native file was made, from its first bytes. */

import type { TargetName } from '#build/targets.ts'

const ELF = { 0x3e: 'linux-x64', 0xb7: 'linux-arm64' } as const
const PE = { 0x8664: 'win32-x64', 0xaa64: 'win32-arm64' } as const
const MACH_O = { 0x01000007: 'darwin-x64', 0x0100000c: 'darwin-arm64' } as const

const ELF_MAGIC = 0x7f454c46
const MACH_O_MAGIC = 0xfeedfacf
const PE_MAGIC = 0x4d5a
/** Where a PE file says at which offset its real header begins. */
const PE_POINTER = 0x3c

export function nativeTarget(file: Buffer): TargetName | undefined {
  if (file.readUInt32BE(0) === ELF_MAGIC) return lookUp(ELF, file.readUInt16LE(18))
  if (file.readUInt32LE(0) === MACH_O_MAGIC) return lookUp(MACH_O, file.readUInt32LE(4))
  if (file.readUInt16BE(0) === PE_MAGIC)
    return lookUp(PE, file.readUInt16LE(file.readUInt32LE(PE_POINTER) + 4))
  return undefined
}

function lookUp<T>(table: Readonly<Record<number, T>>, machine: number): T | undefined {
  return table[machine]
}
