/** What goes into the plateau detector and what comes out. */
import type { Bytes, UnixMillis } from '../units';

/** One series of virtual sizes. Order, spacing and cleanliness are not assumed: see samples.ts. */
export interface PlateauSamples {
  readonly timesMs: readonly UnixMillis[];
  /** Bytes; NaN, infinite and negative values are taken as missing. */
  readonly values: readonly number[];
  /** Start time of the process at each sample; NaN where unknown. Absent: no restart can be seen. */
  readonly startMs?: readonly UnixMillis[];
}

export type PlateauKind = 'plateau' | 'ramp' | 'spike';

export interface Plateau {
  /** First and last sample that belong to it, both included. */
  readonly startMs: UnixMillis;
  readonly endMs: UnixMillis;
  readonly kind: PlateauKind;
  /** The value held, else the median (plateau); the value reached at its end (ramp); its peak or trough (spike). */
  readonly levelBytes: Bytes;
  /** Jump from the level before it, null where nothing is known before. A spike's is its height over the level it leaves. */
  readonly stepBytes: Bytes | null;
  /** 0..1: how much this change explains against none; 0.5 is just worth it. */
  readonly confidence: number;
  /** The process was restarted between the entry before and this one. */
  readonly reset: boolean;
  readonly minBytes: Bytes;
  readonly maxBytes: Bytes;
  /** Only of ramps: the mean rise, negative when it falls. */
  readonly slopeBytesPerSecond?: number;
}
