//! Prints the table of codes as JSON, for `tests/reference/generate.mjs`.

use std::io::{self, Write as _};

use serde_json::{Value, json};
use zego_express_alipay::engine::error::elsewhere::{
    COMPONENT, REQUIREMENTS, RTC_ROOM, SHIM, VENDOR,
};
use zego_express_alipay::engine::error::table::{ENGINE, Row};

fn main() -> io::Result<()> {
    let rows = |rows: &[Row]| -> Vec<Value> { rows.iter().map(row).collect() };
    let table = json!({
        "engine": rows(ENGINE),
        "requirements": rows(REQUIREMENTS),
        "shim": rows(SHIM),
        "rtcRoom": rows(RTC_ROOM),
        "component": rows(COMPONENT),
        "vendor": rows(VENDOR),
    });
    writeln!(io::stdout(), "{table}")
}

fn row(row: &Row) -> Value {
    json!({
        "code": row.number,
        "name": row.name,
        "en": { "text": row.text[0], "advice": row.advice[0] },
        "zh": { "text": row.text[1], "advice": row.advice[1] },
    })
}
