//! Sockets of devices and of the server, joined by the network.

use room_server::ConnId;
use zego_express_alipay::engine::{Input, SocketId};

use crate::network::{End, Way};
use crate::world::{Event, World, name};

impl World {
    pub fn connect(&mut self, conn: ConnId) {
        let this = self.network.get(conn);
        if this.device_end != End::Opening || this.is_silent {
            return;
        }
        let device = this.device;
        let refuses = !self.server_is_up || self.refused_until > self.now;
        if refuses || !self.devices[device].is_online {
            self.post_in(self.plan.latency_ms, Event::ClosedDown(conn));
        } else if self.hanging_until > self.now {
            self.network.get(conn).is_silent = true;
        } else {
            self.network.get(conn).server_end = End::Open;
            self.serve(room_server::Input::Connected { conn });
            let at = self
                .network
                .slot(conn, Way::Down, self.now + self.plan.latency_ms);
            self.post_at(at, Event::Opened(conn));
        }
    }

    pub fn open_socket(&mut self, device: usize, socket: SocketId, url: &str) {
        let incarnation = self.devices[device].incarnation;
        if !self.network.of_device(device, incarnation).is_empty() {
            self.fail(device, "opens a second socket");
        }
        self.note(|| format!("{} opens socket {socket} {url}", name(device)));
        let conn = self.network.open(device, incarnation, socket);
        let delay = self.delay();
        self.post_in(delay, Event::Connect(conn));
    }

    pub fn close_socket(&mut self, device: usize, socket: SocketId) {
        let incarnation = self.devices[device].incarnation;
        self.note(|| format!("{} closes socket {socket}", name(device)));
        let Some(conn) = self.network.find(device, incarnation, socket) else {
            self.fail(device, "closes a socket that it never opened");
            return;
        };
        let this = self.network.get(conn);
        if std::mem::replace(&mut this.device_end, End::Closed) == End::Closed {
            return;
        }
        if !this.is_silent {
            let at = self
                .network
                .slot(conn, Way::Up, self.now + self.plan.latency_ms);
            self.post_at(at, Event::ClosedUp(conn));
        }
    }

    /// The device's end of a connection is gone.
    pub fn close_device_end(&mut self, conn: ConnId) {
        let this = self.network.get(conn);
        if this.device_end == End::Closed {
            return;
        }
        this.device_end = End::Closed;
        let (device, socket, incarnation) = (this.device, this.socket, this.incarnation);
        if self.devices[device].incarnation == incarnation {
            self.note(|| format!("{} socket {socket} closed", name(device)));
            self.give(device, Input::SocketClosed(socket));
        }
    }

    /// The server's end of a connection is gone.
    pub fn close_server_end(&mut self, conn: ConnId) {
        let this = self.network.get(conn);
        if this.server_end == End::Open {
            self.serve(room_server::Input::Closed { conn });
        }
        self.network.get(conn).server_end = End::Closed;
    }

    pub fn collect_server(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                room_server::Output::Send { conn, bytes } => self.transmit(conn, Way::Down, bytes),
                room_server::Output::Close { conn, .. } => {
                    self.network.get(conn).server_end = End::Closed;
                    let at = self
                        .network
                        .slot(conn, Way::Down, self.now + self.plan.latency_ms);
                    if !self.network.get(conn).is_silent {
                        self.post_at(at, Event::ClosedDown(conn));
                    }
                }
                room_server::Output::ControlReply(_) | room_server::Output::Log(_) => {}
            }
        }
    }

    pub fn transmit(&mut self, conn: ConnId, way: Way, mut bytes: Vec<u8>) {
        if self.network.get(conn).is_silent {
            return;
        }
        let mut copies = 1;
        if self.is_chaos {
            if self.rng.u32(0..1_000) < self.plan.truncated {
                let length = self.rng.usize(0..bytes.len().max(1));
                bytes.truncate(length);
                self.stats.fault("truncated frame");
                self.note(|| format!("the next frame {way:?} is cut to {length} bytes"));
            } else if self.rng.u32(0..1_000) < self.plan.duplicated && may_repeat(way, &bytes) {
                copies = 2;
                self.stats.fault("duplicated frame");
                self.note(|| format!("the next frame {way:?} comes twice"));
            }
        }
        for _ in 0..copies {
            let ready = self.now + self.delay();
            let at = self.network.slot(conn, way, ready);
            self.post_at(
                at,
                match way {
                    Way::Up => Event::Up(conn, bytes.clone()),
                    Way::Down => Event::Down(conn, bytes.clone()),
                },
            );
        }
    }

    pub fn delay(&mut self) -> u64 {
        self.plan.latency_ms + self.rng.u64(0..=self.plan.jitter_ms)
    }
}

/// A room packet to the server that comes twice is a second request, which no transport makes of one.
fn may_repeat(way: Way, bytes: &[u8]) -> bool {
    const PC_UPWARD: u8 = 17;
    way == Way::Down || bytes.get(3) != Some(&PC_UPWARD)
}
