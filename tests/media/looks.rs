//! What is drawn, and what independent programs draw.

use std::path::Path;
use std::process::Command;

use affix::media::{Rgba, preview};
use image::RgbImage;

use crate::support::Folder;

/// The picture on white.
pub(crate) fn on_white(picture: &Rgba) -> RgbImage {
    let rgb = picture.pixels.chunks_exact(4).flat_map(|pixel| {
        let ground = 255 - pixel[3];
        [pixel[0], pixel[1], pixel[2]].map(|color| color.saturating_add(ground))
    });
    RgbImage::from_raw(picture.width, picture.height, rgb.collect()).unwrap()
}

/// The mean difference of two pictures' channels, 0 to 255; they have to be of one size.
#[track_caller]
pub(crate) fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    f64::from(u32::try_from(sum).unwrap()) / f64::from(u32::try_from(one.len()).unwrap())
}

/// The mean brightness of the part of a picture: left, top, width and height in percent.
pub(crate) fn brightness(picture: &RgbImage, [x, y, width, height]: [u32; 4]) -> u64 {
    let (w, h) = picture.dimensions();
    let part =
        image::imageops::crop_imm(picture, w * x / 100, h * y / 100, w * width / 100, h * height / 100);
    let bytes: Vec<u8> = part.to_image().into_raw();
    bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>() / u64::try_from(bytes.len()).unwrap()
}

pub(crate) fn svg(body: &str) -> String {
    format!("<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' {body}</svg>")
}

/// A PDF of these objects, numbered from 1, the first the catalogue; its table of places is right.
pub(crate) fn pdf(objects: &[String]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    file.extend(places.iter().flat_map(|place| format!("{place:010} 00000 n \n").into_bytes()));
    let size = places.len() + 1;
    file.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").bytes());
    file
}

pub(crate) fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A page with a red rectangle, a blue circle's quarter and words.
pub(crate) fn page(extra: &str) -> Vec<u8> {
    let content = "1 0 0 rg 20 20 100 60 re f 0 0 1 RG 6 w 150 150 m 250 150 250 250 150 250 c S \
                   BT 0 g /F1 24 Tf 30 110 Td (Hello, page) Tj ET";
    pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 4 0 R {extra}
             /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        stream(content),
    ])
}

#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().expect(program);
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn assert_like_librsvg(folder: &Folder, name: &str, text: &str, within: f64) {
    let path = folder.file(name, text.as_bytes());
    let drawn = preview(&path, 300).unwrap();
    let judged = folder.path().join("judged.png");
    let (width, height) = (drawn.width.to_string(), drawn.height.to_string());
    let sizes = ["-w", &width, "-h", &height, "-b", "white", "-o"];
    run("rsvg-convert", &[&sizes[..], &[judged.to_str().unwrap(), path.to_str().unwrap()]].concat());
    let judged = image::open(judged).unwrap().into_rgb8();
    let apart = difference(&on_white(&drawn), &judged);
    assert!(apart < within, "{name}: {apart} apart");
    // Both blank would be alike as well.
    let blank = RgbImage::from_pixel(judged.width(), judged.height(), image::Rgb([255; 3]));
    assert!(difference(&judged, &blank) > 4.0 * within, "{name}: the judge drew too little");
}

#[test]
fn vectors_are_drawn_as_librsvg_draws_them() {
    let folder = Folder::new();
    for (name, body) in [
        ("shapes.svg", "viewBox='0 0 300 200'><rect x='10' y='10' width='120' height='90' rx='12' fill='#d33'/>
            <circle cx='210' cy='90' r='70' fill='none' stroke='#27c' stroke-width='14' stroke-dasharray='30 12'/>
            <path d='M20 180 Q150 60 280 180 Z' fill='#3a5' fill-opacity='.6'/>"),
        ("gradients.svg", "width='200' height='200'><defs><linearGradient id='a'><stop stop-color='#f00'/>
            <stop offset='1' stop-color='#00f'/></linearGradient><radialGradient id='b'><stop stop-color='#ff0'/>
            <stop offset='1' stop-color='#080'/></radialGradient></defs><rect width='200' height='100' fill='url(#a)'/>
            <rect y='100' width='200' height='100' fill='url(#b)'/>"),
        ("masks.svg", "viewBox='0 0 200 200'><defs><clipPath id='c'><circle cx='80' cy='80' r='70'/></clipPath>
            <mask id='m'><rect width='200' height='200' fill='#888'/></mask>
            <filter id='f'><feGaussianBlur stdDeviation='6'/></filter></defs>
            <rect width='160' height='160' fill='#c0f' clip-path='url(#c)'/>
            <rect x='90' y='90' width='100' height='100' fill='#000' mask='url(#m)'/>
            <rect x='20' y='150' width='60' height='40' fill='#04c' filter='url(#f)'/>"),
        ("uses.svg", "viewBox='0 0 120 60'><style>.a{fill:#083;stroke:#000}</style><defs><g id='g'>
            <rect class='a' width='20' height='40'/></g><pattern id='p' width='10' height='10'
            patternUnits='userSpaceOnUse'><circle cx='5' cy='5' r='4'/></pattern></defs><use xlink:href='#g' x='5' y='5'/>
            <use href='#g' transform='translate(60 5) rotate(20)'/><rect x='80' width='40' height='60' fill='url(#p)'/>"),
    ] {
        assert_like_librsvg(&folder, name, &svg(body), 2.0);
    }
}

#[test]
fn words_are_drawn_with_our_font_and_chinese_ones_with_the_systems() {
    let folder = Folder::new();
    for (name, words) in [("words.svg", "Hamburg"), ("chinese.svg", "永字八法")] {
        let text = format!(
            "viewBox='0 0 300 80'><text x='5' y='65' font-family='Inter' font-size='64'>{words}</text>"
        );
        let drawn = on_white(&preview(&folder.file(name, svg(&text).as_bytes()), 300).unwrap());
        let ink = brightness(&drawn, [0, 0, 85, 100]);
        assert!((120..235).contains(&ink), "{name}: {ink}");
        assert!(brightness(&drawn, [97, 0, 3, 100]) > 250, "{name}: nothing beyond its end");
    }
    // The same signs from the same font of the system.
    let text = svg(
        "viewBox='0 0 300 80'><text x='5' y='65' font-family='Noto Sans CJK SC' font-size='64'>永字八法</text>",
    );
    assert_like_librsvg(&folder, "named.svg", &text, 4.0);
}

#[test]
fn vectors_are_scaled_up_and_keep_their_transparent_ground() {
    let folder = Folder::new();
    let text = svg("width='16' height='8'><circle cx='8' cy='4' r='4' fill='#f00' fill-opacity='.5'/>");
    for content in [text.clone().into_bytes(), packed(text.as_bytes()), utf16(&text)] {
        let path = folder.file(if content[0] == 0x1f { "icon.svgz" } else { "icon.svg" }, &content);
        let drawn = preview(&path, 256).unwrap();
        assert_eq!((drawn.width, drawn.height), (256, 128));
        let pixel = |x: usize, y: usize| drawn.pixels[(y * 256 + x) * 4..][..4].to_vec();
        assert_eq!(pixel(2, 2), [0; 4]);
        let middle = pixel(128, 64);
        // Multiplied by the alpha.
        assert!(middle[0].abs_diff(128) < 2 && middle[3].abs_diff(128) < 2 && middle[1] == 0, "{middle:?}");
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn packed(content: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn pages_are_drawn_as_poppler_draws_them() {
    let folder = Folder::new();
    for (name, extra) in
        [("page.pdf", ""), ("turned.pdf", "/Rotate 90"), ("cropped.pdf", "/CropBox [0 0 300 200]")]
    {
        let path = folder.file(name, &page(extra));
        let drawn = preview(&path, 400).unwrap();
        assert_eq!(drawn.width.max(drawn.height), 400, "{name}");
        run(
            "pdftoppm",
            &[
                "-png",
                "-cropbox",
                "-singlefile",
                "-scale-to",
                "400",
                path.to_str().unwrap(),
                &format!("{}/judged", folder.path().display()),
            ],
        );
        let judged = image::open(folder.path().join("judged.png")).unwrap().into_rgb8();
        let apart = difference(&on_white(&drawn), &judged);
        println!("{name}: {apart} apart");
        assert!(apart < 2.0, "{name}: {apart} apart");
        let blank = RgbImage::from_pixel(judged.width(), judged.height(), image::Rgb([255; 3]));
        assert!(difference(&judged, &blank) > 6.0, "{name}: the judge drew too little");
    }
}

#[test]
fn a_password_is_told_from_damage() {
    let folder = Folder::new();
    let plain = folder.file("plain.pdf", &page(""));
    let encrypted = |name: &str, user: &str, bits: &str| {
        let path = folder.path().join(name);
        let weak = if bits == "256" { "--" } else { "--allow-weak-crypto" };
        let (from, to) = (plain.to_str().unwrap(), path.to_str().unwrap());
        let arguments = ["--encrypt", user, "owner", bits, "--", from, to];
        run("qpdf", &if weak == "--" { arguments.to_vec() } else { [&[weak], &arguments[..]].concat() });
        path
    };
    for bits in ["40", "128", "256"] {
        let refused = preview(&encrypted("secret.pdf", "secret", bits), 200).unwrap_err();
        assert_eq!(refused.broke, "“secret.pdf” is protected with a password");
        // Some are encrypted with no password: they may be read, not changed.
        let open = preview(&encrypted("open.pdf", "", bits), 200).unwrap();
        assert!(difference(&on_white(&open), &on_white(&preview(&plain, 200).unwrap())) < 1.0, "{bits} bits");
    }
}

#[test]
fn fonts_have_a_page_of_their_own_letters() {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/fonts");
    let cjk = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
    for path in
        [fonts.join("Inter.ttf"), fonts.join("JetBrainsMono.ttf"), fonts.join("Phosphor.ttf"), cjk.into()]
    {
        let page = preview(&path, 256).unwrap();
        assert_eq!((page.width, page.height), (192, 256));
        let page = on_white(&page);
        let (large, edge) = (brightness(&page, [10, 12, 80, 30]), brightness(&page, [2, 2, 96, 4]));
        assert!(large < 240 && edge > 245, "{}: a sign of {large} on paper of {edge}", path.display());
    }
    let [inter, mono] =
        ["Inter.ttf", "JetBrainsMono.ttf"].map(|name| on_white(&preview(&fonts.join(name), 256).unwrap()));
    assert!(difference(&inter, &mono) > 2.0, "each has its own letters");
}

#[test]
#[ignore = "by hand"]
fn zz_keep() {
    for line in std::env::var("KEEP").unwrap().lines() {
        let (px, path) = line.split_once(' ').unwrap();
        let began = std::time::Instant::now();
        match preview(Path::new(path), px.parse().unwrap()) {
            Ok(drawn) => {
                println!("{path} {drawn:?} {:?}", began.elapsed());
                let name = Path::new(path).file_name().unwrap().to_str().unwrap();
                on_white(&drawn).save(format!("/tmp/looks/{px}-{name}.png")).unwrap();
            }
            Err(failure) => println!("{path} {failure} {:?} {:?}", failure.cause, began.elapsed()),
        }
    }
}

#[test]
fn a_chinese_page_without_its_font_is_drawn_with_the_systems() {
    let folder = Folder::new();
    let content = "BT /F1 60 Tf 20 30 Td <4E2D65874E2D6587> Tj ET";
    let font = "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font
        /Subtype /CIDFontType2 /BaseFont /SimSun /DW 1000 /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1)
        /Supplement 2 >> /FontDescriptor << /Type /FontDescriptor /FontName /SimSun /Flags 4 >> >>] >>";
    let file = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 280 100] /Contents 4 0 R
             /Resources << /Font << /F1 {font} >> >> >>"
        ),
        stream(content),
    ]);
    let drawn = on_white(&preview(&folder.file("chinese.pdf", &file), 280).unwrap());
    let ink = brightness(&drawn, [8, 20, 84, 60]);
    assert!((120..235).contains(&ink), "{ink}");
}
