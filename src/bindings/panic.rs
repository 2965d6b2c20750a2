//! What a panic says goes to `console.error`, which the glue keeps for the shim (`panic.mjs`); what JavaScript gets afterwards
//! is only an exception that says "unreachable".

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub(super) fn report(message: &str, file: &str, line: u32);
}

/// The standard library has a handler of its own, which asks this hook; its text names the place.
#[cfg(feature = "std")]
pub(super) fn hook() {
    use alloc::{boxed::Box, string::ToString};
    std::panic::set_hook(Box::new(|panic| report(&panic.to_string(), "", 0)));
}

#[cfg(not(feature = "std"))]
pub(super) fn hook() {}

/// Place and message, without the values that some messages name: as long as nothing reads them, the library's formatting stays
/// out of the module, 1.3 kB of what is loaded.
#[cfg(not(feature = "std"))]
#[panic_handler]
fn handle(panic: &core::panic::PanicInfo<'_>) -> ! {
    let (file, line) = panic
        .location()
        .map_or(("", 0), |location| (location.file(), location.line()));
    report(panic.message().as_str().unwrap_or_default(), file, line);
    core::arch::wasm32::unreachable()
}
