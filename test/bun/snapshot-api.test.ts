import { describe, expect, test } from 'bun:test';
import { clientCases } from '../unit/snapshot-api/cases';

clientCases({ describe, test, expect });
