//! Development room server.
