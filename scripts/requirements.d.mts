/** An npm script that has requirements. */
export type ScriptName = 'start' | 'test';

export interface SystemRequirement {
  /** The program, as looked up in PATH; the name of a header. */
  readonly command: string;
  /** What `#include` asks for, of a header. */
  readonly header?: string;
  /** The package that brings it on Debian and Ubuntu. */
  readonly debianPackage: string;
  readonly neededBy: readonly ScriptName[];
  /** What it does for Proto41; reads on after "it". */
  readonly why: string;
}

export const MINIMUM_NODE: string;
export const SYSTEM_REQUIREMENTS: readonly SystemRequirement[];
export function isNodeSupported(version: string): boolean;
export function withSystemFolders(path: string | undefined): string;
export function findCommand(command: string, path?: string): string | undefined;
export function findHeader(header: string, folders?: readonly string[]): string | undefined;
export function findRequirement(requirement: SystemRequirement, path?: string): string | undefined;
export function findMissing(script: ScriptName, path?: string): SystemRequirement[];
export function isDebianLike(osRelease: string): boolean;
export function readOsRelease(): string;
export function installCommand(
  packages: readonly string[],
  options: { readonly asRoot: boolean; readonly hasSudo?: boolean },
): string;
