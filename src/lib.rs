//! Engine for one-to-one video calls in Alipay mini programs.
