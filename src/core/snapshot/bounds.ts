/**
 * What the kernel tells about the address space of a process whose maps nobody may read: an exact split in five.
 *
 * Source: fs/proc/task_mmu.c (task_mem), include/linux/mm.h (is_data_mapping, is_exec_mapping, is_stack_mapping). In
 * /proc/PID/status: VmExe + VmLib = executable and not writable, VmStk = main stack, VmData = private and writable.
 * It cannot tell reservations from read-only and shared memory: that rest is unknown. VmData also holds thread stacks and
 * the writable data of images; it counts as heap, which is what most of it is.
 */
import type { Category } from '../attribution/categories';
import type { Bytes } from '../units';
import type { Layout, LayoutRange } from './layout';
import type { Limits, Status } from './snapshot';

/** @returns null when status has no Vm lines: a kernel thread or a zombie */
export function boundsLayout(status: Status, limits: Limits | null, maxMapCount: number | null): Layout | null {
  const { vmSize } = status;
  if (vmSize === null || vmSize === 0) return null;
  let left = vmSize;
  const ranges: LayoutRange[] = [];
  const add = (region: string, category: Category, permissions: string, bytes: Bytes, why: string): void => {
    // The lines are read one after the other; cutting keeps the sum when the process changed between them.
    const size = Math.min(bytes, left);
    if (size <= 0) return;
    left -= size;
    ranges.push({
      gap: 0,
      size,
      permissions,
      category,
      region,
      confidence: 'guess',
      why,
      name: '',
      mapping: ranges.length,
      resident: null,
    });
  };
  const code = (status.vmExe ?? 0) + (status.vmLib ?? 0);
  add(
    'bounds.executable',
    'code',
    'r-xp',
    code,
    'VmExe + VmLib: executable and not writable. The mappings were not readable.'
  );
  add('bounds.main-stack', 'stack', 'rw-p', status.vmStk ?? 0, 'VmStk. The mappings were not readable.');
  add(
    'bounds.private-writable',
    'heap',
    'rw-p',
    status.vmData ?? 0,
    'VmData: heap, image data and thread stacks. The mappings were not readable.'
  );
  add('bounds.rest', 'unknown', '---p', left, 'Reserved, read-only or shared. The mappings were not readable.');
  return {
    schema: 1,
    comm: status.name,
    virtualBytes: vmSize,
    mappings: 0,
    runtimes: [],
    threads: status.threads,
    maxMapCount,
    ...(limits ? { limits: { addressSpace: limits.addressSpace, data: limits.data } } : {}),
    residentBytes: status.vmRss,
    peakBytes: status.vmPeak,
    ranges,
  };
}
