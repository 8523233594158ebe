//! The apps' icons: a tile in the app's colour with one simple shape on it.

/// The icon of a package as SVG.
pub fn svg(package: &str) -> String {
    let (from, to, shape) = drawing(package);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 128 128\">\
         <defs><linearGradient id=\"tile\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">\
         <stop offset=\"0\" stop-color=\"{from}\"/><stop offset=\"1\" stop-color=\"{to}\"/>\
         </linearGradient></defs>\
         <rect x=\"8\" y=\"8\" width=\"112\" height=\"112\" rx=\"28\" fill=\"url(#tile)\"/>\
         <g fill=\"none\" stroke=\"#fff\" stroke-width=\"8\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
         {shape}</g></svg>"
    )
}

fn drawing(package: &str) -> (&'static str, &'static str, &'static str) {
    match package {
        "sketchbook" => (
            "#f2994a",
            "#d9622b",
            "<path d=\"M40 88l6-22 34-34a10 10 0 0 1 16 14L62 82z\"/><path d=\"M36 98h56\"/>",
        ),
        "ledger-desk" => (
            "#2f9e7f",
            "#1b6f61",
            "<rect x=\"36\" y=\"32\" width=\"56\" height=\"64\" rx=\"8\"/><path d=\"M50 52h28M50 66h28M50 80h16\"/>",
        ),
        "field-notes" => (
            "#f5c542",
            "#d99a1e",
            "<path d=\"M40 32h36l14 14v50H40z\"/><path d=\"M54 60h22M54 76h22\"/>",
        ),
        "map-room" => (
            "#4aa3df",
            "#2467a6",
            "<path d=\"M64 96c14-18 22-28 22-40a22 22 0 1 0-44 0c0 12 8 22 22 40z\"/><circle cx=\"64\" cy=\"56\" r=\"7\"/>",
        ),
        "song-bench" => (
            "#b06ad4",
            "#6d3c9c",
            "<path d=\"M34 64h8M50 48v32M66 36v56M82 52v24M94 64h1\"/>",
        ),
        "class-timer" => (
            "#ef6a6a",
            "#b73b46",
            "<circle cx=\"64\" cy=\"68\" r=\"28\"/><path d=\"M64 54v14l10 8M54 30h20\"/>",
        ),
        "star-atlas" => (
            "#35427a",
            "#1a2148",
            "<path d=\"M64 32l8 22 22 8-22 8-8 22-8-22-22-8 22-8z\" fill=\"#fff\" stroke-width=\"4\"/>",
        ),
        "number-lab" => (
            "#25b0a7",
            "#15706e",
            "<path d=\"M34 34v58h60\"/><path d=\"M46 80c12 0 10-34 22-34s8 22 22 6\"/>",
        ),
        "form-filler" => (
            "#7b8794",
            "#4a5561",
            "<rect x=\"36\" y=\"30\" width=\"56\" height=\"68\" rx=\"8\"/><path d=\"M48 52l6 6 10-12M48 78l6 6 10-12M76 54h4M76 80h4\"/>",
        ),
        "photo-desk" => (
            "#e264a0",
            "#a33374",
            "<rect x=\"30\" y=\"42\" width=\"68\" height=\"48\" rx=\"10\"/><circle cx=\"64\" cy=\"66\" r=\"13\"/><path d=\"M52 42l5-9h14l5 9\"/>",
        ),
        "vault-keys" => (
            "#55606e",
            "#2c333d",
            "<circle cx=\"50\" cy=\"64\" r=\"15\"/><path d=\"M65 64h32v12M84 64v10\"/>",
        ),
        _ => (
            "#3d7de0",
            "#244fa0",
            "<path d=\"M36 56v16h12l18 14V42L48 56z\"/><path d=\"M80 52c6 6 6 18 0 24M90 42c12 12 12 32 0 44\"/>",
        ),
    }
}
