use super::*;

const FACTS: Facts<'_> = Facts {
    key: "demo-key",
    secret: "demo-secret",
    now_ms: 1_700_000_000_123,
    method: "POST",
    path: "/openapi/forum/upload/attachment",
    query: "",
};

async fn sign(template: &str, digest: &str, encoding: &str, body: &str) -> String {
    let rule = Rule::new(template, digest, encoding).unwrap();
    rule.sign(&FACTS, &Body::bytes(body.to_owned())).await.unwrap()
}

fn preset(id: &str) -> Rule {
    let preset = PRESETS.iter().find(|preset| preset.id == id).unwrap();
    Rule::new(preset.template, preset.digest, preset.encoding).unwrap()
}

#[tokio::test]
async fn the_published_vectors() {
    for (template, digest, encoding, signature) in [
        (
            "{key}{secret}{timestamp}",
            "sha256",
            "hex",
            "06b81f9cfdd5530394c5f7dce379e0f0fc2b13eddd1b452dfc6fd40282a06ded",
        ),
        ("{timestamp}{secret}", "md5", "hex", "d7d9dd29da36ebd81efc271a193346ee"),
        (
            "{key}{timestamp}",
            "hmac-sha256",
            "hex",
            "44571816a32091baf31cf861f97ac70165e7994cbb683ec8612e6de7ce10bc3c",
        ),
        ("{timestamp}{method}{path}", "hmac-sha256", "base64", "nDAmrd1sXg++b1gMCnnXazTdKd+5QM+dZflH2+ADJ44="),
    ] {
        assert_eq!(sign(template, digest, encoding, "").await, signature, "{template}");
    }
}

/// Expected values from Python's hashlib and hmac, with the text `POST1700000000/openapi/forum/upload/attachmentBODY`
/// and so on.
#[tokio::test]
async fn every_preset_signs_what_its_label_says() {
    for (id, signature) in [
        ("key-timestamp", "44571816a32091baf31cf861f97ac70165e7994cbb683ec8612e6de7ce10bc3c"),
        ("method-timestamp-path-query-body", "8c3042760cc80f3c6e8c77be88fbb055e638682645256b1dea553f539897d23d"),
        ("key-secret-timestamp", "06b81f9cfdd5530394c5f7dce379e0f0fc2b13eddd1b452dfc6fd40282a06ded"),
        ("timestamp-body", "0c7d3c886696c44882b68996cf474372bc0b93a1c491217ba0cb4a41d8ca761a"),
        ("timestamp-secret", "d7d9dd29da36ebd81efc271a193346ee"),
        ("key-timestamp-secret", "d31228e9463e47f39786f43f0a68d3c8"),
        ("timestamp-method-path", "9c3026addd6c5e0fbe6f580c0a79d76b34dd29dfb940cf9d65f947dbe003278e"),
    ] {
        let body = Body::bytes("BODY");
        assert_eq!(preset(id).sign(&FACTS, &body).await.unwrap(), signature, "{id}");
    }
    assert_eq!(PRESETS.len(), 7);
}

/// Expected values from Python's hashlib and hmac over `demo-key`.
#[tokio::test]
async fn every_digest_is_the_one_it_is_called() {
    let expected = [
        ("md5", "80332da44d0020230f4391eb3fa55045"),
        ("sha1", "4dfad2d5130a5bcaf2716c495de92da13f4389e0"),
        ("sha256", "c48a01f49fd0f2cc404bc3cbbc80e91457a3d41bb429a695243de4c61794155c"),
        ("sha512", "aa527cef986a0fc49f1b82908825c3a483bb8fca90f08e66bc180d5599f151d04ad310b7016a7c3d854ff999ffb9996fb5ec2cc4b4eadbca9b24c95022e48920"),
        ("hmac-md5", "a1bc4a1c16adaa52285010f14f8e311f"),
        ("hmac-sha1", "fff3662cf86e9ed35476ba59818a194598826335"),
        ("hmac-sha256", "2d1903579302d67ed89d5e46645bf3ee023d24e2bb323d6733a3b6540ae1766d"),
        ("hmac-sha512", "a0dfad759099d48136e3ab382653c10fa078b8c812c00f8f47abd71d5f8a528d980d437d5a9e28690f24e4adc5771b24c27066f7fa31617a23a5fc99ce61c94e"),
    ];
    for (choice, (digest, signature)) in DIGESTS.iter().zip(expected) {
        assert_eq!(choice.value, digest);
        assert_eq!(sign("{key}", digest, "hex", "").await, signature, "{digest}");
        assert_eq!(sign("{key}", digest, "HEX", "").await, signature.to_uppercase(), "{digest}");
    }
}

#[tokio::test]
async fn the_body_is_fed_in_its_place() {
    // Neither the order nor the count of blocks may matter, only the text as a whole.
    for (template, whole) in [
        ("{timestamp}.{body}", "1700000000.the body"),
        ("{body}|{timestamp_ms}", "the body|1700000000123"),
        ("a{nl}{body}{nl}z{query}", "a\nthe body\nz"),
        ("{body_sha256}", "fa8242e99f48966ca514092b4233b446851f42b57ad5031bf133e1dd76787f3e"),
        ("{body_sha256}-{body}-{body_sha256}", "fa8242e99f48966ca514092b4233b446851f42b57ad5031bf133e1dd76787f3e-the body-fa8242e99f48966ca514092b4233b446851f42b57ad5031bf133e1dd76787f3e"),
    ] {
        let rule = Rule::new(template, "sha256", "hex").unwrap();
        let parts = ["the", " ", "body"].map(|part| crate::services::body::Piece::Bytes(part.into()));
        let signed = rule.sign(&FACTS, &Body::pieces(parts.to_vec())).await.unwrap();
        let mut plain = Sha256::default();
        Update::update(&mut plain, whole.as_bytes());
        assert_eq!(signed, hex::encode(plain.finalize_fixed()), "{template}");
    }
}

#[test]
fn what_is_shown_has_no_secret() {
    let rule = Rule::new("{key}{secret}{timestamp}{nl}{method}{path}{body}{body_sha256}", "sha256", "hex").unwrap();
    assert_eq!(
        FACTS.shown(&rule.template),
        "<api key>***1700000000\\nPOST/openapi/forum/upload/attachment<body><SHA-256 of the body>"
    );
}

#[test]
fn unknown_choices_are_settings_failures() {
    for (template, digest, encoding) in
        [("{key}", "crc32", "hex"), ("{key}", "md5", "base32"), ("{kee}", "md5", "hex")]
    {
        assert_eq!(Rule::new(template, digest, encoding).unwrap_err().kind, Kind::Settings);
    }
}
