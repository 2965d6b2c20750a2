//! The text of a panic goes to `console.error`, which the glue keeps for the shim (`panic.mjs`); what JavaScript gets afterwards
//! is only an exception that says "unreachable".

use alloc::string::ToString;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub(super) fn report(text: &str);
}

/// The standard library has a handler, which asks this hook.
#[cfg(feature = "std")]
pub(super) fn hook() {
    std::panic::set_hook(std::boxed::Box::new(|panic| report(&panic.to_string())));
}

#[cfg(not(feature = "std"))]
pub(super) fn hook() {}

#[cfg(not(feature = "std"))]
#[panic_handler]
fn handle(panic: &core::panic::PanicInfo<'_>) -> ! {
    report(&panic.to_string());
    core::arch::wasm32::unreachable()
}
