/** Answers of the collector's API under /api/v1, decoded on the client and described by openapi.json on the server. */
import { z } from 'zod';
import { CATEGORIES } from '../core/attribution/categories';

export const API_PREFIX = '/api/v1';

/** Intervals in one page of /layouts. */
export const LAYOUTS_LIMIT = { usual: 1000, most: 5000 } as const;

const bytes = z.number().nonnegative();
const confidence = z.enum(['certain', 'likely', 'guess']);
const category = z.enum(CATEGORIES);

export const knownProcess = z.object({
  process: z.string(),
  host: z.string(),
  pid: z.number().int(),
  comm: z.string(),
  startMs: z.number().nullable(),
  firstMs: z.number(),
  lastMs: z.number(),
  runtime: z.string(),
  runtimeVersion: z.string(),
  virtualBytes: bytes,
  residentBytes: bytes.nullable(),
  mappings: z.number().int(),
  evidence: z.enum(['snapshot', 'bounds']),
});
export const processesAnswer = z.object({ processes: z.array(knownProcess) });

export const layoutInterval = z.object({
  id: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  startMs: z.number().nullable(),
  virtualBytes: bytes,
  mappings: z.number().int(),
  categories: z.record(category, bytes),
  regions: z.record(z.string(), bytes).optional(),
});
/** `?from=&to=&limit=&cursor=&include=regions`; `next` is the cursor of the next page. */
export const layoutsAnswer = z.object({ items: z.array(layoutInterval), next: z.string().optional() });

export const runtime = z.object({ name: z.string(), version: z.string().nullable(), evidence: z.string() });
export const layoutRange = z.object({
  start: z.string().optional(),
  gap: bytes,
  size: bytes,
  permissions: z.string(),
  category,
  region: z.string(),
  confidence,
  why: z.string(),
  name: z.string(),
  mapping: z.number().int(),
  resident: bytes.nullable(),
});
export const layout = z.object({
  schema: z.literal(1),
  comm: z.string().nullable(),
  virtualBytes: bytes,
  mappings: z.number().int(),
  runtimes: z.array(runtime),
  threads: z.number().int().nullable(),
  maxMapCount: z.number().nullable(),
  limits: z.object({ addressSpace: bytes.nullable(), data: bytes.nullable() }).optional(),
  residentBytes: bytes.nullable(),
  peakBytes: bytes.nullable(),
  residentPeakBytes: bytes.nullable().optional(),
  ranges: z.array(layoutRange),
});
export const snapshotAnswer = z.object({
  id: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  exact: z.boolean(),
  layout,
});

/** RFC 9457. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  /** What the caller can do about it. */
  remedy: z.string().optional(),
  instance: z.string().optional(),
});
