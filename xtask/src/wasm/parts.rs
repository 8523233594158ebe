//! The parts of a view: what is loaded after its first page, and what each of them may weigh.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::files;

/// What a part may weigh on the wire, in KiB. Those of the admin UI are made in `ui/src/parts.rs`.
const LIMITS: [(&str, u64); 10] = [
    ("account", 62),
    ("activity", 10),
    ("computers", 68),
    ("language", 32),
    ("remote", 170),
    ("settings", 19),
    ("shared", 345),
    ("software", 54),
    ("support", 16),
    ("targets", 10),
];

/// What several parts have in common, but for the largest piece of it.
const PACK: &str = "shared.bin";
/// What knows how parts are fetched.
const LOADER: &str = "parts.js";
/// How a part that lies in the pack is fetched.
const PACKED: &str = r#"
let pack;
function packed(from, to) {
    pack ??= fetch(new URL("./shared.bin", import.meta.url)).then((answer) => {
        if (!answer.ok) throw new Error(`shared.bin: ${answer.status}`);
        return answer.arrayBuffer();
    });
    pack.catch(() => { pack = undefined; });
    const headers = { "content-type": "application/wasm" };
    return pack.then((all) => new Response(all.slice(from, to), { headers }));
}
"#;

/// Cuts the parts off a program; writes what is left to `first`.
pub fn split(raw: &Path, app: &Path, first: &Path) -> Result<()> {
    let whole = fs::read(raw).with_context(|| raw.display().to_string())?;
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = app;
    options.main_out_path = first;
    options.link_name = "./parts.js";
    options.main_module = "./app.js";
    wasm_split_cli_support::transform(options)
        .map(drop)
        .map_err(|error| anyhow!("splitting {}: {error:?}", raw.display()))
}

/// Puts what few parts have in common into one file. There is a file for each combination of parts that anything is common
/// to, most of them smaller than the request for them.
pub fn pack(app: &Path) -> Result<()> {
    let mut chunks = Vec::new();
    for file in files(app)? {
        if file_name(&file).starts_with("chunk_") {
            chunks.push((fs::metadata(&file)?.len(), file));
        }
    }
    chunks.sort();
    // What all of them have in common is compiled while it arrives.
    chunks.pop();
    if chunks.is_empty() {
        return Ok(());
    }
    let loader = app.join(LOADER);
    let mut script = fs::read_to_string(&loader).context(LOADER)?;
    let mut packed = Vec::new();
    for (_, chunk) in chunks {
        let fetched = format!(
            r#"fetch(new URL("./{}", import.meta.url))"#,
            file_name(&chunk)
        );
        if !script.contains(&fetched) {
            bail!("{LOADER} has no {fetched}: see how the new wasm_split writes it");
        }
        let from = packed.len();
        packed.extend(fs::read(&chunk)?);
        script = script.replace(&fetched, &format!("packed({from}, {})", packed.len()));
        fs::remove_file(chunk)?;
    }
    fs::write(app.join(PACK), packed)?;
    fs::write(loader, script + PACKED).context(LOADER)
}

/// The part that a file of a finished view belongs to; none for what the first page needs.
pub fn of(name: &str) -> Option<String> {
    let path = Path::new(name);
    let mut folders = path.iter().map(|part| part.to_string_lossy());
    if folders.next()?.starts_with("locales-") {
        return Some(format!("language {}", folders.next()?));
    }
    let file = file_name(path);
    if file.starts_with("chunk_") || file == PACK {
        return Some("shared".to_owned());
    }
    let part = file.strip_prefix("split_")?.strip_suffix(".wasm")?;
    Some(part.to_owned())
}

/// Fails if a part outgrew its limit.
pub fn check(sizes: &BTreeMap<String, u64>) -> Result<()> {
    let mut parts = BTreeMap::<String, u64>::new();
    for (name, size) in sizes {
        if let Some(part) = of(name) {
            *parts.entry(part).or_default() += size;
        }
    }
    let mut outgrown = Vec::new();
    for (part, size) in parts {
        let limit = limit(&part)? * 1024;
        println!("  {size:>9}  {part}, limit {limit}");
        if size > limit {
            outgrown.push(format!("{part} by {} bytes", size - limit));
        }
    }
    if !outgrown.is_empty() {
        bail!("parts outgrew their limits: {}", outgrown.join(", "));
    }
    Ok(())
}

fn limit(part: &str) -> Result<u64> {
    let kind = part.split(' ').next().unwrap_or_default();
    let known = LIMITS.iter().find(|(known, _)| *known == kind);
    known
        .map(|(_, limit)| *limit)
        .with_context(|| format!("the part {part} has no limit in xtask/src/wasm/parts.rs"))
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_belongs_to_the_first_page_or_to_a_part() {
        for (name, part) in [
            ("index.html", None),
            ("app-0123456789ab/app_bg.wasm", None),
            ("app-0123456789ab/parts.js", None),
            ("app-0123456789ab/split_software.wasm", Some("software")),
            ("app-0123456789ab/chunk_4.wasm", Some("shared")),
            ("app-0123456789ab/shared.bin", Some("shared")),
            ("locales-0123456789ab/es/console.ftl", Some("language es")),
        ] {
            assert_eq!(of(name).as_deref(), part, "{name}");
        }
    }

    #[test]
    fn a_part_may_not_outgrow_its_limit() {
        let sizes = |name: &str, size| BTreeMap::from([(name.to_owned(), size)]);
        check(&sizes("locales-1/es/kit.ftl", 28 * 1024)).unwrap();
        let outgrown = check(&sizes("app/split_targets.wasm", 10 * 1024 + 1)).unwrap_err();
        assert!(outgrown.to_string().contains("targets by 1 bytes"));
        let unknown = check(&sizes("app/split_devices.wasm", 1)).unwrap_err();
        assert!(unknown.to_string().contains("devices has no limit"));
    }

    #[test]
    fn small_pieces_are_fetched_together() {
        let folder = std::env::temp_dir().join(format!("xtask-parts-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let fetch = |name: &str| format!(r#"fetch(new URL("./{name}", import.meta.url));"#);
        let pieces = [
            ("chunk_1.wasm", "engine"),
            ("chunk_2.wasm", "ab"),
            ("chunk_3.wasm", "c"),
        ];
        let mut script = String::new();
        for (name, content) in pieces {
            fs::write(folder.join(name), content).unwrap();
            script.push_str(&fetch(name));
        }
        fs::write(folder.join(LOADER), script).unwrap();
        pack(&folder).unwrap();
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(
            (read(PACK), read("chunk_1.wasm")),
            ("cab".into(), "engine".into())
        );
        let loader = read(LOADER);
        let fetched = format!("{}packed(1, 3);packed(0, 1);", fetch("chunk_1.wasm"));
        assert!(loader.starts_with(&fetched), "{loader}");
        assert!(!folder.join("chunk_2.wasm").exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
