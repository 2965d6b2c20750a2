//! Engine for one-to-one video calls in Alipay mini programs.

mod bindings;

pub use bindings::Engine;
