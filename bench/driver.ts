import { connect, type Socket } from 'node:net';
import { percentile } from './percentile.ts';

export interface LoadOptions {
  /** On 127.0.0.1, and nowhere else. */
  readonly port: number;
  /** Kept alive; each has one request under way. */
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second; null: as fast as the answers come. */
  readonly rate: number | null;
  /** The next request as bytes; null: none is left, the load ends. */
  readonly next: () => Buffer | null;
}

export interface LoadResult {
  readonly acknowledged: number;
  /** Answers other than 2xx, and connections that broke. */
  readonly failed: number;
  readonly perSecond: number;
  /** From the instant at which a request was due, so that a server that stalls cannot hide what waited meanwhile. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** HTTP/1.1 over plain sockets: a full client would cost more than the server that it measures. */
export const drive = (options: LoadOptions): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const schedule = makeSchedule(options, startedAt);
    const latencies: number[] = [];
    const idle: Connection[] = [];
    const open = new Set<Connection>();
    let failed = 0;

    const close = (): void => {
      clearInterval(ticker);
      clearTimeout(alarm);
      for (const { socket } of open) socket.destroy();
    };
    const giveUp = (error: Error): void => {
      close();
      reject(error);
    };
    const send = (connection: Connection): void => {
      const taken = schedule(performance.now());
      if (typeof taken === 'object') {
        connection.dueAt = taken.dueAt;
        connection.socket.write(taken.request);
        return;
      }
      idle.push(connection);
      if (taken === 'later' || open.size > idle.length) return;
      close();
      resolve(summarise(latencies, failed, (performance.now() - startedAt) / 1_000));
    };
    const onAnswer = (connection: Connection, isAcknowledged: boolean): void => {
      if (isAcknowledged) latencies.push(performance.now() - connection.dueAt);
      else failed += 1;
      send(connection);
    };

    const ticker = setInterval(() => idle.splice(0).forEach(send), 1);
    const alarmMs = (options.seconds + 30) * 1_000;
    const alarm = setTimeout(() => giveUp(new Error('a request had no answer for 30 s')), alarmMs);
    for (let count = 0; count < options.connections; count += 1) {
      const connection = openConnection(options.port, onAnswer, giveUp);
      open.add(connection);
      send(connection);
    }
  });

interface DueRequest {
  readonly dueAt: number;
  readonly request: Buffer;
}

/** What is to be sent at an instant; `over` for good once the time or the requests have run out. */
const makeSchedule = ({ seconds, rate, next }: LoadOptions, startedAt: number) => {
  const endsAt = startedAt + seconds * 1_000;
  let started = 0;
  let isOver = false;
  return (now: number): DueRequest | 'later' | 'over' => {
    const dueAt = rate === null ? now : startedAt + (started * 1_000) / rate;
    if (!isOver && now < endsAt && dueAt > now) return 'later';
    const request = isOver || now >= endsAt ? null : next();
    isOver = request === null;
    if (request === null) return 'over';
    started += 1;
    return { dueAt, request };
  };
};

interface Connection {
  readonly socket: Socket;
  dueAt: number;
}

const openConnection = (
  port: number,
  onAnswer: (connection: Connection, isAcknowledged: boolean) => void,
  onError: (error: Error) => void,
): Connection => {
  const connection: Connection = { socket: connect({ port, host: '127.0.0.1', noDelay: true }), dueAt: 0 };
  let received = '';
  connection.socket.setEncoding('latin1');
  connection.socket.on('error', onError);
  connection.socket.on('data', (chunk: string) => {
    received += chunk;
    const headersEnd = received.indexOf('\r\n\r\n');
    if (headersEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < headersEnd + 4 + length) return;
    const status = received.slice(9, 12);
    received = '';
    onAnswer(connection, status.startsWith('2'));
  });
  return connection;
};

const summarise = (latencies: readonly number[], failed: number, seconds: number): LoadResult => {
  const sorted = Float64Array.from(latencies).sort();
  return {
    acknowledged: sorted.length,
    failed,
    perSecond: sorted.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    maxMs: percentile(sorted, 1),
  };
};
