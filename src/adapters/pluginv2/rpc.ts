/** Typed bridge between protobuf descriptors and grpc-js, for both sides of a connection. */
import {
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  type MessageShape,
  type MessageInitShape,
  create,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import { type CallOptions, type Client, Metadata, type MethodDefinition, type ServiceDefinition } from '@grpc/grpc-js';

/** No message of ours is above it; the host's own default for what it receives. */
export const HOST_RECEIVE_LIMIT = 2 ** 31 - 1;
/** What a plugin accepts by default in Grafana's Go SDK. */
export const PLUGIN_RECEIVE_LIMIT = 16 * 1024 * 1024;

export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function encode(schema: DescMessage, message: unknown): Buffer {
  const bytes = toBinary(schema, message as MessageShape<DescMessage>);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function methodDefinition(method: DescMethod): MethodDefinition<unknown, unknown> {
  return {
    path: pathOf(method),
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: (message) => encode(method.input, message),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) => encode(method.output, message),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

/** What grpc-js's Server.addService wants; method names are the descriptor's local names. */
export function serviceDefinition(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]));
}

export interface CallSettings {
  readonly signal?: AbortSignal;
  /** Deadline of the call, ms from now. */
  readonly timeoutMs?: number;
}

function callOptions(settings: CallSettings): CallOptions {
  return settings.timeoutMs === undefined ? {} : { deadline: Date.now() + settings.timeoutMs };
}

/** Calls a unary method. `decode` may replace the generated decoder. @throws grpc-js's ServiceError */
export function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  settings: CallSettings = {},
  decode: (bytes: Uint8Array) => MessageShape<O> = (bytes) => fromBinary(method.output, bytes)
): Promise<MessageShape<O>> {
  return new Promise((resolve, reject) => {
    settings.signal?.throwIfAborted();
    const call = client.makeUnaryRequest(
      pathOf(method),
      (message: MessageShape<I>) => encode(method.input, message),
      decode,
      create(method.input, request),
      new Metadata(),
      callOptions(settings),
      (error, answer) => {
        settings.signal?.removeEventListener('abort', cancel);
        if (error) reject(error);
        else resolve(answer as MessageShape<O>);
      }
    );
    const cancel = (): void => call.cancel();
    settings.signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** Calls a method that streams its answer and yields the messages. @throws grpc-js's ServiceError */
export async function* callServerStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodServerStreaming<I, O>,
  request: MessageInitShape<I>,
  settings: CallSettings = {}
): AsyncGenerator<MessageShape<O>> {
  settings.signal?.throwIfAborted();
  const call = client.makeServerStreamRequest(
    pathOf(method),
    (message: MessageShape<I>) => encode(method.input, message),
    (bytes) => fromBinary(method.output, bytes),
    create(method.input, request),
    new Metadata(),
    callOptions(settings)
  );
  const cancel = (): void => call.cancel();
  settings.signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const message of call) yield message as MessageShape<O>;
  } finally {
    settings.signal?.removeEventListener('abort', cancel);
    call.cancel();
  }
}
