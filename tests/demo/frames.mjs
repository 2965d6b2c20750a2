// The frames of a call, as the room server recorded them: one line per exchange.

const PERIOD_MS = 150;
/** Frames that only confirm delivery. */
const QUIET = new Set(['HTTPRequestAck', 'PCUpwardMessageAck']);
const PUSHES = {
  10001: 'users changed',
  10002: 'kicked out',
  11005: 'custom command',
  12001: 'streams added',
  12002: 'streams deleted',
  12003: 'streams updated',
  13001: 'broadcast message',
  14001: 'barrage messages',
  15001: 'room extra info',
};

/**
 * Adds every exchange that `room` sees to the timeline, until it is stopped.
 * @param {import('../support/room-server.mjs').RoomServer} room
 * @param {import('./timeline.mjs').Timeline} timeline
 * @param {(userID: string) => string} nameOf what the timeline calls a user
 */
export function followFrames(room, timeline, nameOf) {
  let exchanges = new Exchanges(timeline, nameOf);
  let next = 0;
  const fetchFrames = async () => {
    let page = await room.control(`frames?since=${next}`);
    if (page.next < next) {
      // Another server on the same port: its connections are others.
      exchanges.end();
      exchanges = new Exchanges(timeline, nameOf);
      page = await room.control('frames?since=0');
    }
    next = page.next;
    for (const frame of page.frames) exchanges.add(frame);
  };
  let running = Promise.resolve();
  const timer = setInterval(() => (running = running.then(fetchFrames).catch(() => {})), PERIOD_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await fetchFrames().catch(() => {});
      exchanges.end();
    },
  };
}

/** Puts requests and answers together. */
export class Exchanges {
  #timeline;
  #nameOf;
  #open = new Map();
  #users = new Map();
  #nameless = new Map();

  constructor(timeline, nameOf) {
    this.#timeline = timeline;
    this.#nameOf = nameOf;
  }

  /** Takes the next frame of the record. */
  add(frame) {
    if (frame.user && !this.#users.has(frame.conn)) {
      this.#users.set(frame.conn, this.#nameOf(frame.user));
      for (const line of this.#nameless.get(frame.conn) ?? []) this.#line(frame.conn, ...line);
      this.#nameless.delete(frame.conn);
    }
    if (QUIET.has(frame.name)) return;
    const key = keyOf(frame);
    const request = this.#open.get(key);
    if (request !== undefined) {
      this.#open.delete(key);
      this.#line(
        frame.conn,
        request.time,
        `${describe(request)} -> ${outcome(frame)}, ${frame.time - request.time} ms`,
      );
    } else if (expectsAnswer(frame)) {
      this.#open.set(key, frame);
    } else {
      this.#line(frame.conn, frame.time, describe(frame));
    }
  }

  /** Adds what was never answered. */
  end() {
    for (const frame of this.#open.values()) this.#line(frame.conn, frame.time, `${describe(frame)} -> no answer`);
    for (const conn of this.#nameless.keys())
      for (const [time, text] of this.#nameless.get(conn))
        this.#timeline.add('?', 'frames', text, time - this.#timeline.start);
    this.#open.clear();
    this.#nameless.clear();
  }

  /** Holds lines of a connection until its user is known. */
  #line(conn, time, text) {
    const who = this.#users.get(conn);
    if (who === undefined) this.#nameless.set(conn, [...(this.#nameless.get(conn) ?? []), [time, text]]);
    else this.#timeline.add(who, 'frames', text, time - this.#timeline.start);
  }
}

/** The same for a request and its answer, for a push and its acknowledgement. */
function keyOf({ conn, stream, name, packet }) {
  if (packet === undefined) return [conn, stream, name.replace(/(Request|Response)/, '')].join();
  const { cmd, seq, body } = packet;
  if (cmd === 1101) return [conn, 'push', body?.head?.sub_cmd, body?.head?.send_time].join();
  if (cmd === 1102) return [conn, 'push', body?.sub_cmd, body?.server_send_time].join();
  return [conn, stream, cmd - (isAnswer(cmd) ? 1 : 0), seq].join();
}

/** Answers have even numbers. */
const isAnswer = (cmd) => cmd % 2 === 0;

function expectsAnswer({ dir, name, packet }) {
  if (packet === undefined) return dir === 'C>S' && /Request/.test(name);
  if (packet.cmd === 1101) return packet.body?.head?.qos_flag === 1;
  return dir === 'C>S' && !isAnswer(packet.cmd);
}

function describe({ dir, name, msg, packet }) {
  const arrow = dir === 'S>C' ? 'from server: ' : '';
  if (packet === undefined) return `${arrow}${name.replace(/Request\d?$/, '')}${detail(msg)}`;
  if (packet.cmd === 1101) {
    const { head, msg_body: body } = packet.body ?? {};
    return `${arrow}push ${head?.sub_cmd} ${PUSHES[head?.sub_cmd] ?? ''}${detail(body)}`;
  }
  return `${arrow}${(packet.name ?? `command ${packet.cmd}`).replace(/Re[qp]$|Rsp$/, '')} ${packet.cmd}${detail(packet.body)}`;
}

function outcome({ name, msg, packet }) {
  if (packet?.cmd === 1102) return 'acknowledged';
  const head = packet === undefined ? msg : packet.body?.rsp_head;
  if (name === 'HTTPResponse') return `status ${msg?.status_code}`;
  return head?.code ? `code ${head.code} ${head.message ?? ''}`.trim() : 'ok';
}

/** The one thing that tells two frames of a kind apart. */
function detail(body) {
  if (body === undefined || body === null) return '';
  const list = body.stream_info_list ?? body.user_action_list ?? body.msg_list;
  const first = list?.[0] ?? body;
  const text =
    first.location ?? first.stream_id ?? first.room_id ?? first.msg_content ?? first.id_name ?? first.config_key;
  return text ? ` ${text}` : '';
}
