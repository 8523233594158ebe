//! Forms: what they show is what the server gets, and what is wrong in them is seen.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use migasfree_tests::admin::Admin;
use migasfree_tests::browser::Browser;
use migasfree_tests::fleet::{Fleet, Options};
use migasfree_tests::organisation::{OFFICE, Organisation};
use migasfree_tests::server::Start;
use serde_json::{Map, Value, json};

use crate::admin_ui::{create, edit, sign_in};

/// What every field of the form shows: whether it is ticked, its text, or the objects chosen in it.
const SHOWN: &str = "
    const shown = {};
    for (const field of document.querySelectorAll('form.form-grid [data-field]')) {
        const [box, picker, file] = ['input[type=checkbox]', '.picker', 'input[type=file]'].map((css) => field.querySelector(css));
        if (file) continue;
        shown[field.dataset.field] = box ? box.checked
            : picker ? [...picker.querySelectorAll('.chip')].map((chip) => chip.querySelector('a')?.getAttribute('href') ?? chip.innerText)
            : field.querySelector('input, select, textarea').value;
    }
    return shown";

/// Required fields without anything in them: name, and which kind of control it is.
const UNFILLED: &str = "
    return [...document.querySelectorAll('form.form-grid [data-field]')]
        .filter((field) => field.querySelector('.field-required'))
        .map((field) => {
            const picker = field.querySelector('.picker');
            const control = field.querySelector('input, select, textarea');
            const empty = picker ? !picker.querySelector('.chip') : control.value === '';
            return empty ? [field.dataset.field, picker ? 'picker' : control.tagName.toLowerCase()] : null;
        })
        .filter(Boolean)";

/// Every list there is.
async fn lists(browser: &Browser, url: &str) -> Result<Vec<String>> {
    browser.open(url).await?;
    browser.find(".shell > .rail").await?;
    let found = browser
        .run(
            "return [...document.querySelectorAll('.shell > .rail .rail-link')]
                .map((link) => link.getAttribute('href')).filter((href) => !['/', '/settings'].includes(href))",
        )
        .await?;
    Ok(serde_json::from_value(found)?)
}

async fn loaded(browser: &Browser) -> Result<()> {
    let start = Instant::now();
    let loading = "return document.querySelector('main .skeleton, main [aria-busy=true]') !== null";
    while browser.run(loading).await? == true && start.elapsed() < Duration::from_secs(15) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Fills in what has to be.
async fn fill_in(browser: &Browser, mark: &str) -> Result<()> {
    let unfilled: Vec<(String, String)> = serde_json::from_value(browser.run(UNFILLED).await?)?;
    for (name, kind) in unfilled {
        let field = format!("form.form-grid [data-field='{name}']");
        match kind.as_str() {
            "picker" => {
                browser.press(&format!("{field} .picker-input")).await?;
                browser.press(&format!("{field} .picker-option")).await?;
            }
            "select" => {
                let choose = format!(
                    "const select = document.querySelector(\"{field} select\"); select.selectedIndex = 1;
                     select.dispatchEvent(new Event('change', {{bubbles: true}}))"
                );
                browser.run(&choose).await?;
            }
            _ => {
                let text = match name.as_str() {
                    "prefix" => mark.to_owned(),
                    _ => format!("THING{mark}"),
                };
                let control = browser
                    .find(&format!("{field} input, {field} textarea"))
                    .await?;
                control.send_keys(&text).await?;
            }
        }
    }
    Ok(())
}

/// The object behind the page, from the resource that the page itself reads.
async fn stored(browser: &Browser, admin: &Admin) -> Result<Value> {
    let start = Instant::now();
    loop {
        let path = browser
            .run(
                "const id = location.pathname.split('/')[2];
                 const own = performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname);
                 return own.find((path) => path.startsWith('/api/v1/token/') && path.endsWith(`/${id}/`)
                     && !path.includes('/stats/')) ?? null",
            )
            .await?;
        if let Some(path) = path.as_str() {
            return admin.get(path.trim_start_matches("/api/v1/token/")).await;
        }
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "the page reads no object"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a field shows what the server has.
fn is_same(shown: &Value, stored: &Value) -> bool {
    let id = |object: &Value| object.get("id").unwrap_or(object).to_string();
    match (shown, stored) {
        (Value::Bool(ticked), stored) => stored.as_bool().unwrap_or_default() == *ticked,
        (Value::Array(chosen), stored) => {
            let objects: Vec<&Value> = match stored {
                Value::Null => Vec::new(),
                Value::Array(objects) => objects.iter().collect(),
                one => vec![one],
            };
            let leads_to = |object: &Value| {
                let end = format!("/{}", id(object));
                chosen.iter().any(|chip| {
                    chip.as_str()
                        .is_some_and(|chip| !chip.starts_with('/') || chip.ends_with(&end))
                })
            };
            objects.len() == chosen.len() && objects.into_iter().all(leads_to)
        }
        (Value::String(text), stored) => {
            let stored = match stored {
                Value::Null => String::new(),
                Value::String(stored) => stored.clone(),
                Value::Array(lines) => {
                    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                    lines.join("\n")
                }
                Value::Object(_) => id(stored).trim_matches('"').to_owned(),
                other => other.to_string(),
            };
            // A moment is shown to the minute, here in UTC.
            let is_moment = text.len() == 16 && text.as_bytes().get(10) == Some(&b'T');
            text.trim() == stored.trim() || is_moment && stored.starts_with(text.as_str())
        }
        _ => false,
    }
}

fn compare(shown: &Map<String, Value>, stored: &Value) -> Vec<String> {
    shown
        .iter()
        .filter(|(name, shown)| !is_same(shown, &stored[name.as_str()]))
        .map(|(name, shown)| format!("{name} shows {shown}, stored is {}", stored[name.as_str()]))
        .collect()
}

async fn shown(browser: &Browser) -> Result<Map<String, Value>> {
    match browser.run(SHOWN).await? {
        Value::Object(shown) if !shown.is_empty() => Ok(shown),
        other => bail!("the form has no fields: {other}"),
    }
}

/// Opens the form of the object of this page again, saves it untouched, and compares.
async fn save_untouched(
    browser: &Browser,
    admin: &Admin,
    findings: &mut Vec<String>,
) -> Result<()> {
    // A new one opens on the tab that it still lacks something on.
    let here = "return location.origin + location.pathname.split('/').slice(0, 3).join('/')";
    let here = browser.run(here).await?;
    edit(browser, here.as_str().unwrap_or_default()).await?;
    loaded(browser).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = stored(browser, admin).await?;
    for difference in compare(&shown(browser).await?, &before) {
        findings.push(format!("{here} opened again: {difference}"));
    }
    let dirty = browser
        .run("return document.querySelector('.save-bar:not(.save-bar-quiet)') !== null")
        .await?;
    if dirty == true {
        findings.push(format!("{here} has unsaved changes that nobody made"));
    }
    browser
        .find("body")
        .await?
        .send_keys("\u{e009}s\u{e000}")
        .await?;
    browser.wait_for_text(".toast-area", "saved").await?;
    let after = stored(browser, admin).await?;
    for (name, value) in before.as_object().into_iter().flatten() {
        let moves = ["updated_at", "modified_at"].contains(&name.as_str());
        if !moves && after[name.as_str()] != *value {
            findings.push(format!(
                "{here} saved untouched: {name} was {value}, is {}",
                after[name.as_str()]
            ));
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_sends_what_it_shows_and_saving_it_untouched_changes_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let mut fleet = Fleet::new(&Options::of_project(server.url(), OFFICE, 1));
    fleet.register().await?;
    fleet.synchronise().await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let url = server.url();
    let mut findings = Vec::new();
    let mut made = 0;
    for list in lists(&browser, url).await? {
        browser.open(&format!("{url}{list}")).await?;
        browser.find("main h1").await?;
        loaded(&browser).await?;
        let has = |css: String| format!("return document.querySelector(\"{css}\") !== null");
        if browser
            .run(&has(format!("main a[href='{list}/new']")))
            .await?
            == true
        {
            // As it comes, and with every box the other way round.
            for turned in [false, true] {
                made += 1;
                browser.open(&format!("{url}{list}/new")).await?;
                browser.find("form.form-grid [data-field]").await?;
                fill_in(&browser, &format!("{made:02}")).await?;
                if turned {
                    browser
                        .run("document.querySelectorAll('form.form-grid [data-field] input[type=checkbox]').forEach((box) => box.click())")
                        .await?;
                }
                let shown = shown(&browser).await?;
                create(&browser).await.with_context(|| list.clone())?;
                for difference in compare(&shown, &stored(&browser, &admin).await?) {
                    // The server gives every domain an attribute of its own.
                    if list == "/domains" && difference.starts_with("included_attributes ") {
                        continue;
                    }
                    findings.push(format!("{list}, turned: {turned}: {difference}"));
                }
                save_untouched(&browser, &admin, &mut findings).await?;
            }
        } else {
            let first = format!("main .data-table a.name-link[href^='{list}/']");
            if browser.run(&has(first.clone())).await? == true {
                browser.press(&first).await?;
                tokio::time::sleep(Duration::from_millis(300)).await;
                loaded(&browser).await?;
                if browser
                    .run(&has("main .tab-row a[href$='/edit']".to_owned()))
                    .await?
                    == true
                {
                    save_untouched(&browser, &admin, &mut findings).await?;
                }
            }
        }
    }
    ensure!(made >= 20, "only {made} forms were found");
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_left_unticked_is_not_exclusive_and_a_row_of_it_sends_what_it_shows() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/policies/new", server.url()))
        .await?;
    browser.reads("After creating it, add its groups").await?;
    browser.write("Name", "One editor").await?;
    create(&browser).await?;
    let policies = admin.get("catalog/policies/?search=One+editor").await?;
    ensure!(
        policies["results"][0]["exclusive"] == false,
        "it was made exclusive: {policies}"
    );
    browser.press(".tab-row a[href$='/groups']").await?;
    browser.press(".rows-section .rows-head button").await?;
    browser.find("dialog[open] form").await?;
    browser.pick("Applications", "Star Atlas").await?;
    browser
        .press("dialog[open] .dialog-form-actions button[type=submit]")
        .await?;
    browser.wait_for_text(".row-item", "Star Atlas").await?;
    let id = policies["results"][0]["id"].to_string();
    let groups = admin
        .get(&format!("catalog/policy-groups/?policy__id={id}"))
        .await?;
    let group = &groups["results"][0];
    ensure!(
        group["priority"] == 1 && group["included_attributes"] == json!([]),
        "{group}"
    );
    browser.close().await
}

/// Whether what has the focus, with what belongs to it, is under a bar at the window's edge.
const COVERED: &str = "
    const control = document.activeElement.closest('.field-invalid') ?? document.activeElement;
    const place = control.getBoundingClientRect();
    const bars = ['.save-bar', '.top-bar', '.bottom-bar'].map((css) => document.querySelector(css)).filter((bar) => bar && bar.offsetHeight);
    return bars.some((bar) => {
        const edge = bar.getBoundingClientRect();
        return Math.min(place.bottom, edge.bottom) - Math.max(place.top, edge.top) > 1;
    }) ? `${control.outerHTML} is under a bar` : null";

/// A busy computer scrolls a moment later.
async fn comes_into_sight(browser: &Browser, width: u32) -> Result<()> {
    let begun = Instant::now();
    loop {
        let covered = browser.run(COVERED).await?;
        if covered.is_null() {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < Duration::from_secs(90),
            "at {width} pixels: {covered}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_a_form_is_in_sight_and_goes_when_it_is_put_right() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    Organisation::create(&server.admin().await?, |_| {}).await?;
    for (width, height) in [(1360, 500), (360, 640)] {
        let browser = Browser::chromium(width, height).await?;
        sign_in(&browser, &server).await?;
        browser
            .open(&format!("{}/deployments/new", server.url()))
            .await?;
        browser.find("form.form-grid [data-field]").await?;
        let controls = browser
            .run("return document.querySelectorAll('form.form-grid [data-field] :is(input:not([type=file]), select, textarea)').length")
            .await?
            .as_u64()
            .unwrap_or_default();
        ensure!(controls > 8, "{controls} controls");
        browser
            .run("document.querySelector('form.form-grid [data-field] input').focus()")
            .await?;
        for _ in 0..controls {
            comes_into_sight(&browser, width).await?;
            browser
                .client()
                .active_element()
                .await?
                .send_keys("\u{e004}")
                .await?;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }

        // From the end of the page: the first error comes into sight, with its label and its message.
        browser
            .run("const main = document.getElementById('main'); main.scrollTop = main.scrollHeight")
            .await?;
        browser.press("form.form-grid button[type=submit]").await?;
        browser
            .wait_for_text(".field-invalid .field-errors", "Please fill this in.")
            .await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        comes_into_sight(&browser, width).await?;
        browser
            .picture(&format!("admin-first-error-{width}"))
            .await?;
        browser.write("Name", "Field kit").await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let left = browser
            .run("return [...document.querySelectorAll('.field-invalid')].map((field) => field.dataset.field)")
            .await?;
        ensure!(left == json!(["project"]), "still refused: {left}");
        browser.pick("Project", OFFICE).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let left = browser
            .run("return document.querySelectorAll('.field-invalid').length")
            .await?;
        ensure!(left == 0, "what was filled in is still refused");
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_for_a_field_is_told_at_it_and_stays_in_its_frame() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    browser.open(server.url()).await?;
    browser.press(".login-button").await?;
    browser
        .wait_for_text(".login-form .field-errors", "Please fill this in.")
        .await?;
    sign_in(&browser, &server).await?;
    let url = server.url();

    browser.open(&format!("{url}/applications/new")).await?;
    browser.write("Name", &"long".repeat(40)).await?;
    browser.write("Weight", "99999999999999999999").await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(
            "[data-field='score'] .field-errors",
            "Enter a whole number from",
        )
        .await?;
    let wide = "const shown = document.querySelector('.play-preview'); return shown.scrollWidth > shown.clientWidth + 1";
    let wide = browser.run(wide).await?;
    browser.picture("admin-preview-long-light").await?;
    ensure!(wide == false, "the preview is wider than its frame");
    // A filter that the server refuses can be taken away.
    browser.expect("status of 400");
    browser
        .open(&format!("{url}/computers?status=nonsense"))
        .await?;
    browser.press(".empty-actions button:last-of-type").await?;
    browser.reads("No computers yet").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_that_nothing_offers_are_saved_only_when_somebody_insists() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser.expect("/api/v1/token/deployments/ - Failed to load resource: the server responded with a status of 400");
    browser
        .open(&format!("{}/deployments/new", server.url()))
        .await?;
    browser.write("Name", "Viewers").await?;
    browser.pick("Project", OFFICE).await?;
    browser
        .write("Packages to install", "star-atlas\nstar-atlass")
        .await?;
    browser.press("form.form-grid button[type=submit]").await?;
    let insist = "return document.querySelector('.save-bar').innerText.includes('Save anyway')";
    browser
        .wait_for_text(
            ".field-invalid .field-errors",
            "Nothing in this project offers star-atlass:",
        )
        .await?;
    ensure!(browser.run(insist).await? == true, "nobody can insist");
    // What is no name cannot be insisted on.
    browser
        .write("Packages to install", "star-atlas\nstar atlas; -rf")
        .await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(".field-invalid .field-errors", "is not a package name")
        .await?;
    ensure!(
        browser.run(insist).await? == false,
        "it offers what is refused"
    );
    browser
        .write("Packages to install", "star-atlas\nstar-atlass")
        .await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(
            ".field-invalid .field-errors",
            "Nothing in this project offers star-atlass:",
        )
        .await?;
    browser.picture("admin-not-offered-light").await?;
    let known = admin.get("deployments/?search=Viewers").await?;
    ensure!(known["count"] == 0, "it was saved: {known}");
    browser.press_button("Save anyway").await?;
    browser.reads("Viewers created").await?;
    let known = admin.find("deployments/?search=Viewers").await?;
    let known = admin.get(&format!("deployments/{known}/")).await?;
    ensure!(
        known["packages_to_install"] == json!(["star-atlas", "star-atlass"]),
        "{known}"
    );
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_be_signed_out_is_told_and_stays_and_who_was_leaves_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut server = Start::at(folder.path()).start()?;
    let address = server.address().to_owned();
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    // With the part of the lists nothing is left to be fetched.
    browser.open(&format!("{}/computers", server.url())).await?;
    browser.wait_for_text("main h1", "Computers").await?;
    browser.expect("ERR_CONNECTION_REFUSED");
    server.process().stop()?;
    browser.press(".top-bar-end .person-tile").await?;
    browser
        .press(".menu-panel button.menu-item:last-of-type")
        .await?;
    browser
        .wait_for_text(".toast-area", "You are still signed in.")
        .await?;
    browser.find(".shell > .rail").await?;

    let _again = Start {
        listen: address,
        ..Start::at(folder.path())
    }
    .start()?;
    browser.press(".top-bar-end .person-tile").await?;
    browser
        .press(".menu-panel button.menu-item:last-of-type")
        .await?;
    browser.find(".login-button").await?;
    let left = "return [location.pathname, document.querySelectorAll('.toast-card').length]";
    let left = browser.run(left).await?;
    ensure!(left == json!(["/", 0]), "somebody left this: {left}");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_at_its_field_before_it_is_sent() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/attribute-sets/new", server.url()))
        .await?;
    browser.write("Name", "Harbour").await?;
    browser.write("Latitude", "91").await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(
            "[data-field='latitude'] .field-errors",
            "Enter a number from -90 to 90.",
        )
        .await?;
    browser.write("Latitude", "39.4699").await?;
    browser.expect("api/v1/token/attribute-sets/ - Failed to load resource: the server responded with a status of 400");
    browser.press("form.form-grid button[type=submit]").await?;
    browser
        .wait_for_text(
            "[data-field='longitude'] .field-errors",
            "A place needs both",
        )
        .await?;
    browser.write("Longitude", "-0.3774").await?;
    browser.press("form.form-grid button[type=submit]").await?;
    browser.reads("Harbour created").await?;
    let sets = admin.list("attribute-sets/?search=Harbour").await?;
    ensure!(sets[0]["latitude"] == 39.4699, "{sets:?}");
    browser.close().await
}
