/** Why a runtime reserves what it reserves, where that is known from its own sources; by region. */
export interface ReservationWords {
  /** A sentence without its stop. */
  readonly reason: string;
  readonly advice: string | null;
}

const words = (reason: string, advice: string | null = null): ReservationWords => ({ reason, advice });

export const RESERVATION_WORDS: Readonly<Record<string, ReservationWords>> = {
  'beam.super-carrier': words('Erlang keeps its literals in one range that it can test by address'),
  'dotnet.executable-allocator': words('.NET keeps generated code within reach of a short jump from its own library'),
  'dotnet.gc-heap': words(
    '.NET lays out the whole range of its collector at start',
    'DOTNET_GCHeapHardLimit or DOTNET_GCRegionRange make it smaller.'
  ),
  'ghc.two-step-heap': words(
    'GHC tells its heap from other memory by address',
    'A program built without the two-step allocator does not reserve it.'
  ),
  'jsc.structure-heap': words('JavaScriptCore stores pointers to structures as offsets in one range'),
  'mariadb.innodb-buffer-pool': words(
    'MariaDB reserves what its buffer pool may grow to',
    'innodb_buffer_pool_size_max sets the reservation.'
  ),
  'ocaml5.minor-heaps': words('OCaml 5 keeps a minor heap ready for each of 128 domains'),
  'partition-alloc.pool': words('PartitionAlloc tells its own memory by address'),
  'ruby.shape-tree': words('Ruby takes the whole table at start and fills it as objects get new shapes'),
  'sbcl.dynamic-space': words('SBCL takes all of it at start', '--dynamic-space-size sets it.'),
  'v8.cage': words('V8 stores pointers as offsets in one range'),
  'v8.sandbox': words('V8 keeps what its scripts can reach in one range with wide guards'),
  'v8.code-range': words('V8 keeps compiled code of each isolate within reach of a short jump'),
};
