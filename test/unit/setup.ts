/** Property tests try new cases at each run; under CI the same ones, so that a change is judged by itself. */
import * as fc from 'fast-check';

if (process.env['CI'] === 'true') fc.configureGlobal({ seed: 20_261_123 });
