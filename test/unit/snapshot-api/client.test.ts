import { describe, expect, test } from 'vitest';
import { clientCases } from './cases';

clientCases({ describe, test, expect });
