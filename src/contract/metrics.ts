/** Names of all metrics of the collector, with type and help: what dashboards, alert rules and tests may rely on. */
export interface MetricFamily {
  /** Without `_total`: the formats differ in where they want it. */
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
}

const gauge = (name: string, help: string): MetricFamily => ({ name, type: 'gauge', help });
const counter = (name: string, help: string): MetricFamily => ({ name, type: 'counter', help });

/** Labels: `process`, and `pid` when asked for; further ones as named. */
export const PROCESS_METRICS = {
  virtualMemory: gauge('plateau_process_virtual_memory_bytes', 'Virtual memory size of the process.'),
  /** `category` */
  addressSpace: gauge(
    'plateau_process_address_space_bytes',
    'Virtual memory by what it is for; the sum over category is plateau_process_virtual_memory_bytes.'
  ),
  /** `category` */
  residentMemory: gauge('plateau_process_resident_memory_bytes', 'Resident memory by what it is for, from smaps.'),
  mappings: gauge('plateau_process_mappings', 'Memory mappings of the process.'),
  mappingsLimit: gauge(
    'plateau_process_mappings_limit',
    'Mappings that the kernel allows a process, vm.max_map_count.'
  ),
  addressSpaceLimit: gauge('plateau_process_address_space_limit_bytes', 'Soft RLIMIT_AS, +Inf when unlimited.'),
  layoutId: gauge('plateau_process_layout_id', 'Content id of the layout in force, 52 bits. Never average or add it.'),
  startTime: gauge('plateau_process_start_time_seconds', 'Start of the process, seconds since the Unix epoch.'),
  /** `runtime`, `runtime_version`, `evidence` */
  info: gauge('plateau_process_info', 'What is known of the process; the value is 1.'),
} as const;

export const COLLECTOR_METRICS = {
  /** `version`, `runtime` */
  buildInfo: gauge('plateau_collector_build_info', 'Version of the collector; the value is 1.'),
  processes: gauge('plateau_collector_processes', 'Processes that are followed now.'),
  cycleDuration: gauge('plateau_collector_cycle_duration_seconds', 'Wall time of the last look at all processes.'),
  cycles: counter('plateau_collector_cycles', 'Looks at all processes.'),
  /** `file` */
  readSeconds: counter('plateau_collector_read_seconds', 'Time spent reading below /proc, by file.'),
  /** `file` */
  reads: counter('plateau_collector_reads', 'Reads below /proc, by file.'),
  /** `reason` */
  errors: counter('plateau_collector_errors', 'What could not be read or kept, by reason.'),
  skippedLayouts: counter(
    'plateau_collector_skipped_layouts',
    'Layouts that were measured and not kept, because their process changes too often.'
  ),
  storedLayouts: gauge('plateau_collector_stored_layouts', 'Different layouts in the store.'),
  storedBytes: gauge('plateau_collector_stored_bytes', 'Bytes that the store uses.'),
  cpuSeconds: counter('plateau_collector_cpu_seconds', 'CPU time of the collector, user and system.'),
  residentMemory: gauge('plateau_collector_resident_memory_bytes', 'Resident memory of the collector.'),
} as const;

/** Values of `reason`. */
export const ERROR_REASONS = [
  /** The process ended while it was read. */
  'gone',
  /** No permission for maps: bounds are served. */
  'denied',
  /** Another errno. */
  'failed',
  /** A file of the kernel did not parse. */
  'parse',
  /** statm and maps differed twice in a row. */
  'inconsistent',
  /** Another process had got the pid. */
  'reused',
  /** A runtime's signature failed on this process: a defect, please report it. */
  'attribution',
  /** The store did not take a layout. */
  'store',
  /** A defect of the collector itself on this process, which is passed by for a while: please report it. */
  'internal',
] as const;
export type ErrorReason = (typeof ERROR_REASONS)[number];
