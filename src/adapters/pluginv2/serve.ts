/** Runs handlers as a Grafana plugin until the host asks it to stop, dies, or sends SIGTERM. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { dataServices } from './data-services';
import { Data, Diagnostics, Resource } from './generated/backend_pb';
import { GRPCBroker } from './generated/broker_pb';
import { GRPCController } from './generated/controller_pb';
import { Health } from './generated/health_pb';
import { GRPCStdio } from './generated/stdio_pb';
import type { Handlers } from './handlers';
import { choosePlace, handshakeLine, startProblem, sweepStaleSockets } from './handshake';
import { createInstances } from './instances';
import { type Log, createLog, redirectConsole } from './log';
import { HOST_RECEIVE_LIMIT, PLUGIN_RECEIVE_LIMIT, serviceDefinition } from './rpc';
import { broker, controller, health, stdio } from './services';

/** The host kills two seconds after it has asked. */
const STOP_GRACE_MS = 1200;
const PARENT_WATCH_MS = 1000;

/** @param createHandlers is given the log, after stdout and stderr are safe to use */
export async function serve(createHandlers: (log: Log) => Handlers): Promise<void> {
  const log = createLog();
  redirectConsole(log);
  const problem = startProblem(process.env);
  if (problem) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
  // Before the handshake every failure ends the program, so that the host sees it at once; see `afterHandshake`.
  const handlers = createHandlers(log);
  const instances = createInstances(handlers.open);
  const server = new Server({
    'grpc.max_receive_message_length': PLUGIN_RECEIVE_LIMIT,
    'grpc.max_send_message_length': HOST_RECEIVE_LIMIT,
  });
  const place = choosePlace(process.env);
  process.on('exit', place.remove);

  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log('info', 'stopping', { reason });
    const exit = (): void => process.exit(0);
    setTimeout(() => {
      server.forceShutdown();
      exit();
    }, STOP_GRACE_MS);
    // The broker's and stdio's streams never end by themselves: leave a moment for answers, then close all.
    setTimeout(() => void instances.closeAll().finally(exit), 100);
  };

  const services = dataServices(handlers, instances, log);
  server.addService(serviceDefinition(Health), health);
  server.addService(serviceDefinition(GRPCBroker), broker);
  server.addService(serviceDefinition(GRPCStdio), stdio);
  server.addService(
    serviceDefinition(GRPCController),
    controller(() => stop('the host asked for it'))
  );
  server.addService(serviceDefinition(Data), services.data);
  server.addService(serviceDefinition(Diagnostics), services.diagnostics);
  server.addService(serviceDefinition(Resource), services.resource);

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(place.bind, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound)
    );
  });
  afterHandshake(log, stop);
  process.stdout.write(handshakeLine(place, port));
  log('info', 'serving', { pid: process.pid });
  const swept = await sweepStaleSockets(process.env, Date.now());
  if (swept > 0) log('info', 'removed sockets of ended plugins', { count: swept });
}

function afterHandshake(log: Log, stop: (reason: string) => void): void {
  const survive =
    (kind: string) =>
    (error: unknown): void =>
      log('error', kind, { error: String(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
  process.on('uncaughtException', survive('uncaught exception'));
  process.on('unhandledRejection', survive('unhandled rejection'));
  // A terminal sends Ctrl-C to the whole group: Grafana decides when its plugins end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => stop('SIGTERM'));
  // The host may close our pipes before it ends us.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);

  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop('Grafana is gone');
  }, PARENT_WATCH_MS).unref();
}
