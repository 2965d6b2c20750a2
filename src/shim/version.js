'use strict';

/** Version of the package; tests/shim pins it to the one in Cargo.toml. */
module.exports = '0.1.0';
