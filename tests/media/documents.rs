//! Documents that were made to do harm, and broken ones.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use affix::domain::error::{Failure, Kind};
use affix::media::{Readers, Rgba, inspect, preview};
use image::RgbImage;

use crate::looks::{brightness, difference, on_white, packed, page, pdf, stream, svg};
use crate::support::Folder;

/// What the program gives a reader before it ends it, on a slow and busy computer.
const PATIENCE: Duration = Duration::from_mins(1);

/// What becomes of a file of this name and content; it may be anything but a panic or a stall.
#[track_caller]
fn answer(folder: &Folder, name: &str, content: &[u8]) -> Result<Rgba, Failure> {
    let path = folder.file(name, content);
    let began = Instant::now();
    inspect(&path).unwrap();
    let answer = Readers::here().still(&path, 256);
    assert!(began.elapsed() < PATIENCE, "{name} took {:?}", began.elapsed());
    if let Ok(drawn) = &answer {
        assert!(
            drawn.width.max(drawn.height) <= 256 && drawn.width.min(drawn.height) > 0,
            "{name}: {drawn:?}"
        );
        assert_eq!(drawn.pixels.len() as u64, u64::from(drawn.width) * u64::from(drawn.height) * 4, "{name}");
    }
    answer
}

#[track_caller]
fn refused(name: &str, content: &[u8], kind: Kind) {
    let failure = answer(&Folder::new(), name, content).unwrap_err();
    assert_eq!(failure.kind, kind, "{name}: {failure}");
    assert!(failure.broke.starts_with(&format!("“{name}” ")), "{failure}");
}

#[test]
fn entities_do_not_multiply() {
    let mut bomb = String::from("<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a0 'lollollol'>");
    for level in 1..10 {
        let before = format!("&a{};", level - 1).repeat(10);
        bomb += ["<!ENTITY a", &level.to_string(), " '", &before, "'>"].concat().as_str();
    }
    let text =
        format!("{bomb}]><svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><text>&a9;</text></svg>");
    refused("laughs.svg", text.as_bytes(), Kind::TooLarge);
    let endless = "<!DOCTYPE svg [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><svg>&a;</svg>";
    refused("endless.svg", endless.as_bytes(), Kind::TooLarge);
    // Drawing programs declare their names of namespaces like this.
    let usual = "<!DOCTYPE svg [<!ENTITY ns 'http://www.w3.org/2000/svg'>]>\
                 <svg xmlns='&ns;' viewBox='0 0 9 9'><rect width='9' height='9'/></svg>";
    let drawn = answer(&Folder::new(), "usual.svg", usual.as_bytes()).unwrap();
    assert_eq!(brightness(&on_white(&drawn), [0, 0, 100, 100]), 0);
}

#[test]
fn uses_and_patterns_do_not_multiply() {
    let levels = |write: &dyn Fn(usize) -> String| (1..16).map(write).collect::<String>();
    let uses =
        levels(&|n| format!("<g id='u{n}'>{}</g>", format!("<use xlink:href='#u{}'/>", n - 1).repeat(10)));
    let uses = svg(&format!(
        "viewBox='0 0 9 9'><defs><rect id='u0' width='9' height='9'/>{uses}</defs><use xlink:href='#u15'/>"
    ));
    refused("uses.svg", uses.as_bytes(), Kind::TooLarge);
    let patterns = levels(&|n| {
        let rects = format!("<rect width='9' height='9' fill='url(#p{})'/>", n - 1).repeat(10);
        format!("<pattern id='p{n}' width='1' height='1'>{rects}</pattern>")
    });
    let patterns = svg(&format!(
        "viewBox='0 0 9 9'><pattern id='p0' width='1' height='1'><rect width='9' height='9'/></pattern>{patterns}
         <rect width='9' height='9' fill='url(#p15)'/>"
    ));
    refused("patterns.svg", patterns.as_bytes(), Kind::TooLarge);
}

#[test]
fn filters_and_layers_have_a_price() {
    let filter = |primitive: &str| {
        svg(&format!(
            "viewBox='0 0 99 99'><filter id='f'>{primitive}</filter><rect width='99' height='99' filter='url(#f)'/>"
        ))
    };
    let folder = Folder::new();
    // A sensible one is drawn in its full size.
    let soft = answer(&folder, "soft.svg", filter("<feGaussianBlur stdDeviation='3'/>").as_bytes()).unwrap();
    assert_eq!(soft.width, 256);
    refused(
        "blurs.svg",
        filter(&"<feGaussianBlur stdDeviation='99'/>".repeat(20_000)).as_bytes(),
        Kind::TooLarge,
    );
    for (name, primitive) in [
        ("wide.svg", "<feMorphology operator='dilate' radius='1000000'/>".to_owned()),
        ("many.svg", "<feMorphology radius='30'/>".repeat(2000)),
        ("noise.svg", "<feTurbulence baseFrequency='.1' numOctaves='100000000'/>".to_owned()),
    ] {
        // Smaller than asked for, or not at all.
        if let Ok(drawn) = answer(&folder, name, filter(&primitive).as_bytes()) {
            assert!(drawn.width < 256, "{name}");
        }
    }
    let layers =
        format!("{}<rect width='99' height='99'/>{}", "<g opacity='.9'>".repeat(200), "</g>".repeat(200));
    refused("layers.svg", svg(&format!("viewBox='0 0 99 99'>{layers}")).as_bytes(), Kind::TooLarge);
}

#[test]
fn what_is_nested_deeply_is_refused_before_it_is_followed() {
    for depth in [300, 2_000, 100_000] {
        let nested = format!("viewBox='0 0 9 9'>{}{}", "<g>".repeat(depth), "</g>".repeat(depth));
        refused("deep.svg", svg(&nested).as_bytes(), Kind::TooLarge);
    }
    // Not deep as it is written, but as it is used.
    let group = |n| format!("<g id='u{n}'><use xlink:href='#u{}'/></g>", n - 1);
    let uses = (1..2000).map(group).collect::<Vec<_>>().concat();
    let uses = svg(&format!("viewBox='0 0 9 9'><rect id='u0' width='9' height='9'/>{uses}"));
    let _drawn_or_refused = answer(&Folder::new(), "uses.svg", uses.as_bytes());
    let attributes = (0..500_000).map(|n| format!(" a{n}=''")).collect::<Vec<_>>().concat();
    refused("attributes.svg", svg(&format!("{attributes}>")).as_bytes(), Kind::TooLarge);
    let quotes = format!(
        "viewBox='0 0 9 9'><path d='M0 0H9V9H0z' style='{}'/>",
        "a:'='".replace('\'', "=").repeat(9999)
    );
    answer(&Folder::new(), "quotes.svg", svg(&quotes).as_bytes()).unwrap();
}

#[test]
fn nothing_outside_of_the_file_is_read() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let secret = folder.path().join("secret.png");
    RgbImage::from_pixel(9, 9, image::Rgb([0; 3])).save(&secret).unwrap();
    folder.file("other.svg", svg("viewBox='0 0 9 9'><rect id='r' width='9' height='9'/>").as_bytes());
    let hrefs = [
        secret.display().to_string(),
        format!("file://{}", secret.display()),
        "secret.png".into(),
        "./secret.png".into(),
        "other.svg#r".into(),
        format!("http://{address}/x.png"),
        format!("//{address}/x.svg"),
    ];
    for href in &hrefs {
        for body in [
            format!("<image href='{href}' width='9' height='9'/>"),
            format!("<image xlink:href='{href}' width='9' height='9'/>"),
            format!("<use href='{href}'/>"),
            format!(
                "<style>@import url('{href}'); rect {{ fill: url('{href}') }}</style><rect fill='url({href})' width='1' height='9'/>"
            ),
            format!(
                "<filter id='f'><feImage href='{href}'/></filter><rect width='9' height='9' filter='url(#f)'/>"
            ),
            format!(
                "<style>@font-face {{ font-family: x; src: url({href}) }}</style><text font-family='x'>w</text>"
            ),
            format!(
                "<image width='9' height='9' href=\"data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg' \
                     viewBox='0 0 9 9'>&lt;image href='{href}' width='9' height='9'/>&lt;/svg>\"/>"
            ),
        ] {
            let drawn = answer(&folder, "outside.svg", svg(&format!("viewBox='0 0 9 9'>{body}")).as_bytes());
            let ink = brightness(&on_white(&drawn.unwrap()), [20, 20, 80, 80]);
            assert!(ink > 250, "{body}: {ink}");
        }
    }
    let entity = format!(
        "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY % y SYSTEM 'http://{address}/y'> %y;]>{}",
        svg("viewBox='0 0 9 9'><text font-size='9' y='9'>&x;</text>")
    );
    if let Ok(drawn) = answer(&folder, "entity.svg", entity.as_bytes()) {
        assert_eq!(brightness(&on_white(&drawn), [0, 0, 100, 100]), 255);
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody called");
    // The same picture in the file itself is drawn: the judge can see.
    let data = format!("data:image/png;base64,{}", base64(&std::fs::read(&secret).unwrap()));
    let inside = svg(&format!("viewBox='0 0 9 9'><image href='{data}' width='9' height='9'/>"));
    let drawn = answer(&folder, "inside.svg", inside.as_bytes()).unwrap();
    assert!(brightness(&on_white(&drawn), [20, 20, 60, 60]) < 5);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn odd_measures_are_survived() {
    let folder = Folder::new();
    for measures in [
        "viewBox='0 0 1e30 1e30'",
        "viewBox='0 0 1e-30 1e-30'",
        "viewBox='NaN NaN NaN NaN'",
        "viewBox='0 0 -9 9'",
        "width='NaN' height='NaN'",
        "width='1e38' height='1'",
        "width='1' height='1e38'",
        "width='0' height='0'",
        "width='999999999999999999999' height='5'",
        "width='100%' height='100%'",
        "viewBox='0 0 99999 1'",
        "",
        "viewBox='-1e38 -1e38 3e38 3e38'",
        "width='inf' height='-inf'",
    ] {
        let body = "<rect width='9' height='9' transform='scale(1e30) rotate(1e20)' stroke-width='1e30' stroke='#000'
            stroke-dasharray='1e-9 1e-9'/><circle r='NaN'/><path d='M0 0 L1e38 1e38 A NaN 5 0 0 1 1e-40 7z'/>";
        let _any = answer(&folder, "odd.svg", svg(&format!("{measures}>{body}")).as_bytes());
    }
    for (measures, pixels) in [
        ("width='300' height='200'", Some((300, 200))),
        ("viewBox='0 0 48 24'", Some((48, 24))),
        ("width='1in' height='25.4mm' viewBox='0 0 5 5'", Some((96, 96))),
        ("width=\"50%\" height='50%' viewBox='0 0 100 50'", Some((50, 25))),
        ("width='-5' height='0'", None),
        ("data-a='>' width = '20'\nheight= '10'", Some((20, 10))),
    ] {
        let text = svg(&format!("{measures}>"));
        for (name, content) in [("a.svg", text.clone().into_bytes()), ("a.svgz", packed(text.as_bytes()))] {
            assert_eq!(inspect(&folder.file(name, &content)).unwrap().pixels, pixels, "{name} {measures}");
        }
    }
}

#[test]
fn what_is_packed_or_embedded_is_bounded() {
    let spaces = vec![b' '; 64 << 20];
    let bomb = packed(&[b"<svg xmlns='http://www.w3.org/2000/svg'>".as_slice(), &spaces, b"</svg>"].concat());
    refused("bomb.svgz", &bomb, Kind::TooLarge);
    refused(
        "large.svg",
        &[svg("viewBox='0 0 9 9'>").as_bytes(), &spaces[..9 << 20]].concat(),
        Kind::TooLarge,
    );
    refused("cut.svgz", &packed(svg("viewBox='0 0 9 9'>").as_bytes())[..40], Kind::Unreadable);
    refused("cut.svg", b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><g>", Kind::Unreadable);
    // A PNG of four gigabytes of pixels.
    let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x7f\xff\0\0\x7f\xff\x08\x06\0\0\0".to_vec();
    header.extend([0; 64]);
    let image = format!("<image href='data:image/png;base64,{}' width='9' height='9'/>", base64(&header));
    let text = svg(&format!("viewBox='0 0 9 9'>{}", image.repeat(50)));
    let drawn = answer(&Folder::new(), "embedded.svg", text.as_bytes()).unwrap();
    assert_eq!(brightness(&on_white(&drawn), [0, 0, 100, 100]), 255);
    // Pictures in pictures in pictures.
    let mut nested = svg("viewBox='0 0 9 9'><rect width='9' height='9'/>");
    for _ in 0..12 {
        let data = base64(nested.as_bytes());
        nested = svg(&format!(
            "viewBox='0 0 9 9'><image href='data:image/svg+xml;base64,{data}' width='9' height='9'/>"
        ));
    }
    let drawn = answer(&Folder::new(), "nested.svg", nested.as_bytes()).unwrap();
    assert_eq!(brightness(&on_white(&drawn), [0, 0, 100, 100]), 255);
}

#[test]
fn broken_pages_are_answers() {
    let folder = Folder::new();
    let whole = page("");
    let drawn = on_white(&answer(&folder, "whole.pdf", &whole).unwrap());
    for cut in (0..whole.len()).step_by(61) {
        let _any = answer(&folder, "cut.pdf", &whole[..cut]);
    }
    // Its table of places alone is lost: found all the same.
    let table = whole.windows(4).position(|word| word == b"xref").unwrap();
    let found = on_white(&answer(&folder, "no-table.pdf", &whole[..table]).unwrap());
    assert!(difference(&found, &drawn) < 1.0);
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..6 {
            let at = random.usize(8..bytes.len());
            bytes[at] = random.u8(..);
        }
        let _any = answer(&folder, "noise.pdf", &bytes);
    }
    refused("nothing.pdf", b"%PDF-1.7\nand nothing more", Kind::Unreadable);
}

#[test]
fn pages_that_lead_in_circles_end() {
    let folder = Folder::new();
    let catalogue = || "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    let tree =
        |kids: &str| pdf(&[catalogue(), format!("<< /Type /Pages /Count 9 /Kids [{kids}] /Parent 2 0 R >>")]);
    for kids in ["2 0 R", "2 0 R 2 0 R 1 0 R", "", "9 0 R", "[2 0 R]"] {
        // Where the tree has no page, what looks like one is taken for one; that may be anything.
        if let Ok(drawn) = answer(&folder, "circle.pdf", &tree(kids)) {
            assert_eq!(brightness(&on_white(&drawn), [0, 0, 100, 100]), 255, "{kids}");
        }
    }
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> /Length 30 >>\n\
                stream\n/F Do /F Do /F Do /F Do /F Do \nendstream";
    let forms = pdf(&[
        catalogue(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>".into(),
        stream("/F Do"),
        form.into(),
    ]);
    let _any = answer(&folder, "forms.pdf", &forms);
    let deep = format!("<< /Type /Catalog /Pages 2 0 R /X {}{} >>", "[".repeat(200_000), "]".repeat(200_000));
    let _any = answer(&folder, "deep.pdf", &pdf(&[deep, "<< /Type /Pages /Kids [] /Count 0 >>".into()]));
}

#[test]
fn pages_of_absurd_size_are_scaled() {
    let folder = Folder::new();
    for (media, sides) in [
        ("0 0 1000000000 1000000000", (256, 256)),
        ("0 0 2000000 1000000", (256, 128)),
        ("0 0 100000 1", (256, 1)),
        ("0 0 .001 .001", (256, 256)),
        ("-500 -500 500 0", (256, 128)),
    ] {
        let text = String::from_utf8(page("")).unwrap().replace("0 0 300 400", media);
        let drawn = answer(&folder, "absurd.pdf", text.as_bytes()).unwrap();
        // What has no area is taken for a sheet of A4.
        let is_sheet = (drawn.width, drawn.height) == (181, 256);
        assert!((drawn.width, drawn.height) == sides || is_sheet, "{media}: {drawn:?}");
    }
}

#[test]
fn broken_fonts_are_answers() {
    let folder = Folder::new();
    let whole = include_bytes!("../../assets/fonts/JetBrainsMono.ttf");
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..150 {
        let mut bytes = whole.to_vec();
        bytes.truncate(if round % 5 == 0 { random.usize(12..whole.len()) } else { whole.len() });
        // Half of them in the directory of the tables and what is first, half anywhere.
        let reach = if round % 2 == 0 { 400.min(bytes.len()) } else { bytes.len() };
        for _ in 0..12 {
            let at = random.usize(5..reach);
            bytes[at] = random.u8(..);
        }
        let _any = answer(&folder, "broken.ttf", &bytes);
    }
    refused("nothing.otf", b"OTTO\0\x01\0\0\0\0\0\0and nothing more", Kind::Unreadable);
    refused("nothing.ttc", b"ttcf\0\x01\0\0\xff\xff\xff\xff", Kind::Unreadable);
}

#[test]
fn archives_and_programs_have_no_look() {
    for (name, content) in [
        ("a.zip", b"PK\x03\x04\x14\0\0\0".as_slice()),
        ("a.gz", b"\x1f\x8b\x08\0\0\0"),
        ("a.bin", b"\0\x01\x02\x03"),
        ("empty.txt", b""),
        ("page.docx", b"PK\x03\x04\x14\0\0\0"),
    ] {
        let failure = preview(&Folder::new().file(name, content), 99);
        let failure = failure.err().map(|failure| (failure.kind, failure.broke));
        assert!(matches!(failure, Some((Kind::WrongType | Kind::Unreadable, _))), "{name}: {failure:?}");
    }
}
