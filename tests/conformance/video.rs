//! A video goes with a picture of it and its length, where a service asks for both.

use std::process::Command;

use affix::domain::attachment::State;
use affix::domain::describe::Types;
use affix::domain::receipt::LinkKind;

use crate::live::{Live, plain};
use crate::{all, reach};

fn make_video(path: &std::path::Path) {
    let output = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=25",
            "-t",
            "3",
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(path)
        .output()
        .expect("these tests need ffmpeg: apt-get install ffmpeg");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_is_sent_with_what_the_service_asks_for() {
    let mut live = Live::start().await;
    let path = live.folder.path().join("files/clip.mp4");
    make_video(&path);
    for (description, capability, _) in all() {
        let id = description.id;
        if capability.types == Types::Table {
            continue;
        }
        let end = live.upload(id, &path).await;
        assert_eq!(end.state, State::Done, "{id}: {:?}", end.failure);
        let receipt = end.receipt();
        assert!(reach(&live, id, receipt).await == std::fs::read(&path).unwrap(), "{id}");
        if capability.types == Types::ImagesAndVideos {
            assert_eq!(receipt.extra["duration"], 3, "{id}");
            assert_eq!((receipt.width, receipt.height), (Some(320), Some(180)), "{id}");
            let (status, thumb) = plain("GET", receipt.link(LinkKind::Preview).unwrap()).await;
            let picture = image::load_from_memory(&thumb).unwrap();
            assert_eq!((status, picture.width()), (200, 320), "{id}: the picture is a frame of the video");
        }
    }
}
