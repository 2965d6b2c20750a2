//! The app config that clients fetch before their first login.

use prost::Message as _;

use crate::wire::pb::initconfig::{
    AppConfig, InitConfig, MediaConfig, MediaPlayConfig, MediaPublishConfig, MediaResourceInfo,
    MediaServiceProtocolInfo,
};

/// The app config: CDN templates, and the RTC entry from which the WeChat build takes the application part of its addresses.
pub(super) fn init_config(app_id: u32, media_host: Option<&String>) -> Vec<u8> {
    const RTMP: u32 = 1;
    let host = media_host.map_or("127.0.0.1:1935", String::as_str);
    let entry = |resource_type, application: &str| MediaResourceInfo {
        resource_type,
        service_info: vec![MediaServiceProtocolInfo {
            protocol: RTMP,
            url_template: format!("rtmp://{host}/{application}/{{STREAM_NAME}}"),
        }],
    };
    let entries = || vec![entry(0, "live"), entry(1, &app_id.to_string())];
    InitConfig {
        app_config: Some(AppConfig {
            test_id: 0,
            domain: "localhost".to_owned(),
        }),
        speedlog_config: Some(Default::default()),
        media_config: Some(MediaConfig {
            play_config: Some(MediaPlayConfig {
                resource_info: entries(),
            }),
            publish_config: Some(MediaPublishConfig {
                resource_info: entries(),
            }),
        }),
    }
    .encode_to_vec()
}
