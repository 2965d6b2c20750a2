//! The last frames both ways.

use std::collections::VecDeque;

use crate::{
    command::{FramePage, FrameView},
    config::{MAX_RECORDED_BYTES, MAX_RECORDED_FRAMES},
    io::ConnId,
    wire::{Direction, describe},
};

/// The last frames both ways, encoded; decoded only when somebody looks.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    next: u64,
    bytes: usize,
    frames: VecDeque<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    number: u64,
    time: u64,
    conn: ConnId,
    user: Option<String>,
    dir: Direction,
    bytes: Vec<u8>,
}

impl Recorder {
    pub(super) fn add(
        &mut self,
        time: u64,
        conn: ConnId,
        user: Option<String>,
        dir: Direction,
        bytes: Vec<u8>,
    ) {
        self.bytes += bytes.len();
        self.frames.push_back(Recorded {
            number: self.next,
            time,
            conn,
            user,
            dir,
            bytes,
        });
        self.next += 1;
        while self.frames.len() > MAX_RECORDED_FRAMES || self.bytes > MAX_RECORDED_BYTES {
            let Some(oldest) = self.frames.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes.len();
        }
    }

    pub(super) fn page(&self, since: u64) -> FramePage {
        let frames = self.frames.iter().filter(|frame| frame.number >= since);
        FramePage {
            next: self.next,
            frames: frames
                .map(|frame| FrameView {
                    number: frame.number,
                    time: frame.time,
                    conn: frame.conn,
                    user: frame.user.clone(),
                    dir: frame.dir,
                    content: describe(&frame.bytes),
                })
                .collect(),
        }
    }
}
