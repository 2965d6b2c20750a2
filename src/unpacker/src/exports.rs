//! What the module offers. An instance is used once.

use core::ptr::addr_of_mut;

use super::{ALPHABETS, PAIRS, ROOM, Unpacker};

static mut UNPACKER: Unpacker = Unpacker {
    text: [0; ROOM],
    starts: [0; 128],
    alphabets: [[0; 512]; ALPHABETS],
    codes: [[0; 256]; ALPHABETS],
    taken: [[false; 128]; ALPHABETS],
    pairs: [[0; 2]; PAIRS],
    ahead: 0,
    waiting: [0; 64],
    are_waiting: 0,
    to: [0; ROOM],
    at: 0,
};

/// Where the codes of the characters go to, in 16 bits each; the module comes behind the room for them.
#[unsafe(no_mangle)]
extern "C" fn text() -> *mut u16 {
    // SAFETY: only the address is taken.
    unsafe { addr_of_mut!(UNPACKER.text).cast() }
}

/// Puts the module together and says where it is.
#[unsafe(no_mangle)]
extern "C" fn unpack() -> *const u8 {
    // SAFETY: there are no threads, and no other reference lives while this runs.
    let unpacker = unsafe { &mut *addr_of_mut!(UNPACKER) };
    unpacker.run();
    unpacker.to.as_ptr()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    super::stop()
}
