/** The services that go-plugin itself calls: health, broker, controller, stdio. */
import { create } from '@bufbuild/protobuf';
import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
  sendUnaryData,
} from '@grpc/grpc-js';
import { EmptySchema } from './generated/controller_pb';
import {
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus,
  type HealthCheckRequest,
} from './generated/health_pb';

const serving = create(HealthCheckResponseSchema, { status: HealthCheckResponse_ServingStatus.SERVING });

export const health: UntypedServiceImplementation = {
  check(_call: ServerUnaryCall<HealthCheckRequest, unknown>, reply: sendUnaryData<unknown>) {
    reply(null, serving);
  },
  watch(call: ServerWritableStream<HealthCheckRequest, unknown>) {
    call.write(serving);
    call.on('cancelled', () => call.end());
  },
};

/** Opened by the host at start and kept open; nothing is brokered. */
export const broker: UntypedServiceImplementation = {
  startStream(call: ServerDuplexStream<unknown, unknown>) {
    call.on('data', () => undefined);
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  },
};

/** Kept open in silence: logs go to stderr. */
export const stdio: UntypedServiceImplementation = {
  streamStdio(call: ServerWritableStream<unknown, unknown>) {
    call.on('cancelled', () => call.end());
    call.on('error', () => undefined);
  },
};

export function controller(shutdown: () => void): UntypedServiceImplementation {
  return {
    shutdown(_call: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>) {
      reply(null, create(EmptySchema));
      shutdown();
    },
  };
}
