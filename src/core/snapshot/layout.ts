/**
 * A layout: what a snapshot is for, without its time. This is the form that is stored, served, diffed and explained.
 * Addresses are relative unless somebody allowed them, because /proc/PID/maps defeats ASLR.
 */
import type { Category } from '../attribution/categories';
import type { Confidence, Runtime } from '../attribution/view';
import type { Bytes, UnixMillis } from '../units';

export interface LayoutRange {
  /** Absolute start address as lower-case hex; absent in a relative layout. */
  readonly start?: string;
  /** Unmapped bytes below this range; in a relative layout rounded up to a power of two. 0 = touches its neighbour. */
  readonly gap: Bytes;
  readonly size: Bytes;
  readonly permissions: string;
  readonly category: Category;
  readonly region: string;
  readonly confidence: Confidence;
  readonly why: string;
  /** File path (allow-listed or base name only), kernel or runtime name, or empty. */
  readonly name: string;
  /** Ordinal of the mapping it belongs to: ranges that share it are parts of one mapping. */
  readonly mapping: number;
  /** Resident bytes of the whole mapping, null when smaps was not read. */
  readonly resident: Bytes | null;
}

export interface Layout {
  readonly schema: 1;
  readonly comm: string | null;
  readonly virtualBytes: Bytes;
  readonly mappings: number;
  readonly runtimes: readonly Runtime[];
  readonly threads: number | null;
  readonly maxMapCount: number | null;
  /** Soft limits in bytes; null = unlimited, absent = not read. */
  readonly limits?: { readonly addressSpace: Bytes | null; readonly data: Bytes | null };
  /** Vm* of status, bytes, when read. */
  readonly residentBytes: Bytes | null;
  readonly peakBytes: Bytes | null;
  /** VmHWM: the most that was ever resident; absent in layouts stored by a version that did not keep it. */
  readonly residentPeakBytes?: Bytes | null;
  readonly ranges: readonly LayoutRange[];
}

/** 13 lower-case hex digits: the first 52 bits of the SHA-256 of the canonical body, exact in a double. */
export type LayoutId = string;

export function isLayoutId(text: string): boolean {
  return /^[0-9a-f]{13}$/.test(text);
}

/** One interval in which a layout was in force. */
export interface LayoutInterval {
  readonly id: LayoutId;
  readonly fromMs: UnixMillis;
  /** Last time it was seen in force. */
  readonly toMs: UnixMillis;
  /** Start of the process that had it, when known: intervals of two lives of one label never join. */
  readonly startMs: UnixMillis | null;
  readonly virtualBytes: Bytes;
  readonly mappings: number;
  readonly categories: Readonly<Record<Category, Bytes>>;
  /** `region\tcategory` → bytes; only when asked for. */
  readonly regions?: Readonly<Record<string, Bytes>>;
}
