//! Connections between devices and the server. What one end sends on one connection arrives in order or not at all;
//! nothing is promised between connections.

use room_server::ConnId;
use zego_express_alipay::engine::SocketId;

/// What one end believes of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Opening,
    Open,
    Closed,
}

/// A connection.
#[derive(Debug)]
pub struct Conn {
    pub device: usize,
    /// Counts the starts of the application on the device; sockets of an earlier one are nobody's.
    pub incarnation: u32,
    pub socket: SocketId,
    pub device_end: End,
    pub server_end: End,
    /// Nothing gets through.
    pub is_silent: bool,
    up_free: u64,
    down_free: u64,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

/// All connections there ever were, by number.
#[derive(Debug, Default)]
pub struct Network {
    conns: Vec<Conn>,
}

impl Network {
    pub fn open(&mut self, device: usize, incarnation: u32, socket: SocketId) -> ConnId {
        self.conns.push(Conn {
            device,
            incarnation,
            socket,
            device_end: End::Opening,
            server_end: End::Opening,
            is_silent: false,
            up_free: 0,
            down_free: 0,
        });
        ConnId(self.conns.len() as u64)
    }

    pub fn get(&mut self, conn: ConnId) -> &mut Conn {
        &mut self.conns[conn.0 as usize - 1]
    }

    /// The connection of a socket.
    pub fn find(&self, device: usize, incarnation: u32, socket: SocketId) -> Option<ConnId> {
        self.ids(|c| c.device == device && c.incarnation == incarnation && c.socket == socket)
            .pop()
    }

    /// Connections that a device has, as far as it knows.
    pub fn of_device(&self, device: usize, incarnation: u32) -> Vec<ConnId> {
        self.ids(|c| {
            c.device == device && c.incarnation == incarnation && c.device_end != End::Closed
        })
    }

    /// Connections that the server has.
    pub fn of_server(&self) -> Vec<ConnId> {
        self.ids(|c| c.server_end == End::Open)
    }

    /// When a frame sent at `ready` arrives, behind those sent before.
    pub fn slot(&mut self, conn: ConnId, way: Way, ready: u64) -> u64 {
        let conn = self.get(conn);
        let free = match way {
            Way::Up => &mut conn.up_free,
            Way::Down => &mut conn.down_free,
        };
        *free = ready.max(*free);
        *free
    }

    fn ids(&self, wanted: impl Fn(&Conn) -> bool) -> Vec<ConnId> {
        let numbers = self.conns.iter().zip(1..);
        numbers
            .filter(|(conn, _)| wanted(conn))
            .map(|(_, number)| ConnId(number))
            .collect()
    }
}
