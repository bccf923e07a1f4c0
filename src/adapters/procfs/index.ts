/** /proc as an adapter: processes, directories with copies of their files, and facts about the machine. */
export { type Read, type ReadFailure } from './read-file';
export { readDirectory } from './read-directory';
export { type Identity, listPids, readIdentity, readMaps, readProcess, readStatm } from './read-process';
export { readSystemFacts } from './system-facts';
export { readOpenFacts } from './read-bounds';
export { type StatmWatch, openStatm } from './statm-watch';
export { orphansSince, readStat } from './orphans';
export { readOpenFileLimit } from './open-file-limit';
export { type ProcessWatch, watchProcess } from './watch-process';
