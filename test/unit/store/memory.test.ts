import { describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/adapters/store/memory/memory-store';
import { conformance } from './conformance';

conformance({ describe, test, expect }, async () => openMemoryStore());
