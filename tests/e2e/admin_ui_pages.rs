//! Going from page to page without loading anew: each page is whole and alone, and nothing that waited for another one disturbs it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::organisation::Organisation;
use migasfree_tests::server::{Server, Start};
use serde_json::json;

use crate::admin_ui::{create, go_to, sign_in};

/// Marks the page as loaded: a mark that is there later was never loaded again.
const MARK: &str = "window.loadedOnce = true";

/// The places of the rail: address and name.
async fn places(browser: &Browser) -> Result<Vec<(String, String)>> {
    let found = browser
        .run(
            "return [...document.querySelectorAll('.shell > .rail .rail-link')]
                .map((link) => [link.getAttribute('href'), link.textContent.trim()])",
        )
        .await?;
    Ok(serde_json::from_value(found)?)
}

/// Presses a place of the rail and looks at its page: its own title, nothing of another page, and nothing that still loads.
async fn visit(browser: &Browser, (href, name): &(String, String)) -> Result<()> {
    go_to(browser, href).await?;
    let whole = format!(
        "const main = document.getElementById('main');
         const titles = [...main.querySelectorAll('h1')].map((title) => title.textContent.trim());
         const whole = location.pathname === '{href}' && main.querySelectorAll(':scope > .page').length === 1
             && titles.length === 1 && titles[0].startsWith({})
             && main.querySelector('.skeleton, [aria-busy=true]') === null;
         return whole ? null : `${{location.pathname}}: ${{titles.join(' + ')}}: ${{main.innerText}}`",
        json!(name)
    );
    let start = Instant::now();
    loop {
        let seen = browser.run(&whole).await?;
        if seen.is_null() {
            break;
        }
        if start.elapsed() > Duration::from_secs(90) {
            browser.in_order().await?;
            anyhow::bail!("{name} is not what is shown: {seen}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    browser.in_order().await.with_context(|| name.clone())?;
    ensure!(
        browser.run("return window.loadedOnce").await? == true,
        "{name} was loaded anew"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_in_more_than_ten_pages_are_shown_without_loading_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    browser.open(server.url()).await?;
    browser.run(MARK).await?;
    by_hand(&browser, &server).await?;
    let places = places(&browser).await?;
    ensure!(places.len() > 10, "the rail has only {places:?}");
    for place in &places {
        visit(&browser, place).await?;
    }
    // An organisation with something in it, and the other way round.
    Organisation::create(&server.admin().await?, |_| {}).await?;
    for place in places.iter().rev() {
        visit(&browser, place).await?;
    }
    for _ in 0..5 {
        browser.run("history.back()").await?;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    visit(&browser, places.last().context("no place")?).await?;
    browser.close().await
}

/// Signs in on the page that is open.
async fn by_hand(browser: &Browser, server: &Server) -> Result<()> {
    browser.fill("input[name=username]", "admin").await?;
    browser
        .fill("input[name=password]", &server.password()?)
        .await?;
    browser.press(".login-button").await?;
    browser.find(".shell > .rail").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_creating_or_leaving_a_form_five_pages_are_shown_without_loading_again() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    admin
        .add(
            "projects/",
            &json!({"name": "desk", "platform": platform, "pms": "apt", "architecture": "amd64"}),
        )
        .await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let all = places(&browser).await?;
    // Lists whose forms have different controls, how each is filled in, and five places to go to afterwards.
    for (number, path) in [
        "policies",
        "deployments",
        "attribute-sets",
        "schedules",
        "applications",
    ]
    .into_iter()
    .enumerate()
    {
        for leaves in [true, false] {
            browser.open(&format!("{}/{path}", server.url())).await?;
            browser.run(MARK).await?;
            browser
                .press(&format!("main .page-title a[href='/{path}/new']"))
                .await?;
            browser.write("Name", &format!("Thing {number}")).await?;
            if leaves {
                go_to(&browser, "/packages").await?;
                browser.press_button("Leave").await?;
            } else {
                match path {
                    "deployments" => browser.pick("Project", "desk").await?,
                    "applications" => browser.pick("Category", "Office").await?,
                    _ => {}
                }
                create(&browser).await?;
                browser.reads(&format!("Thing {number} created")).await?;
            }
            for place in all.iter().cycle().skip(number * 2).take(5) {
                visit(&browser, place)
                    .await
                    .with_context(|| format!("{path}, left: {leaves}"))?;
            }
        }
    }
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_ends_with_the_page_that_asked_for_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    let leave = "document.querySelector(\".shell > .rail a[href='/tags']\").click()";
    let type_into = |css: &str, text: &str| {
        format!(
            "const field = document.querySelector(\"{css}\"); field.focus(); field.value = '{text}';
             field.dispatchEvent(new Event('input', {{bubbles: true}}));"
        )
    };
    // A search, a filter and a picker that ask the server a moment after the last key, in pages that are left before that.
    browser.open(&format!("{}/policies", server.url())).await?;
    browser.find(".data-table .name-link, .empty-state").await?;
    browser
        .run(&format!(
            "{}{leave}",
            type_into("main input[type=search]", "a")
        ))
        .await?;
    browser.wait_for_text("main h1", "Tags").await?;
    browser.open(&format!("{}/packages", server.url())).await?;
    browser
        .press(".list-tools button[aria-label='Filter']")
        .await?;
    browser.find(".filter-panel input.input").await?;
    browser
        .run(&format!(
            "{}{leave}",
            type_into(".filter-panel input.input", "a")
        ))
        .await?;
    browser.wait_for_text("main h1", "Tags").await?;
    browser
        .open(&format!("{}/deployments/new", server.url()))
        .await?;
    browser.find(".picker-input").await?;
    browser
        .run(&format!("{}{leave}", type_into(".picker-input", "a")))
        .await?;
    browser.wait_for_text("main h1", "Tags").await?;
    // The palette is left by the first Enter, and a menu by what is chosen in it.
    for _ in 0..2 {
        browser
            .find("body")
            .await?
            .send_keys("\u{e009}k\u{e000}")
            .await?;
        let input = browser.find(".palette input").await?;
        input.send_keys("polic\u{e007}").await?;
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    browser.press(".top-bar-end .person-tile").await?;
    browser.press(".menu-panel a[href^='/users/']").await?;
    browser.press("main .tab-row a[href$='/edit']").await?;
    browser.find("main form").await?;
    // Something else is asked for while the form asks what to do: that is what happens then.
    browser.write("First name", "Somebody").await?;
    browser
        .find("body")
        .await?
        .send_keys("\u{e009}k\u{e000}")
        .await?;
    let input = browser.find(".palette input").await?;
    input.send_keys("Packages").await?;
    tokio::time::sleep(Duration::from_millis(400)).await;
    input.send_keys("\u{e007}").await?;
    browser.reads("Leave without saving?").await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    browser.press_button("Leave").await?;
    browser.wait_for_text("main h1", "Packages").await?;
    // Rows stay as they are when they are read again: their columns still come and go.
    browser
        .open(&format!("{}/deployments", server.url()))
        .await?;
    browser.find(".data-table .name-link").await?;
    for text in ["e", "\u{e003}"] {
        let search = browser.find("main input[type=search]").await?;
        search.send_keys(text).await?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        browser.find(".data-table .name-link").await?;
    }
    browser
        .press(".list-tools button[aria-label='Columns']")
        .await?;
    browser
        .press(".column-menu .check:last-of-type input")
        .await?;
    browser.find(".data-table th:last-child").await?;
    tokio::time::sleep(Duration::from_millis(400)).await;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_breaks_says_so_and_offers_to_load_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    for (language, theme, width, title, reload) in [
        (
            "en",
            "light",
            1360,
            "Something in this page broke",
            "Reload",
        ),
        (
            "es",
            "dark",
            1360,
            "Algo se ha roto en esta página",
            "Volver a cargar",
        ),
        ("en", "dark", 360, "Something in this page broke", "Reload"),
    ] {
        let browser = Browser::chromium(width, 760).await?;
        browser.expect("the test breaks the view");
        browser.expect("unreachable");
        browser.open(server.url()).await?;
        browser
            .run(&format!(
                "localStorage.setItem('migasfree.language', '{language}'); localStorage.setItem('migasfree.theme', '{theme}')"
            ))
            .await?;
        browser.open(server.url()).await?;
        browser.find(".login-form").await?;
        browser
            .run(
                "const create = document.createElement;
                 document.createElement = () => { document.createElement = create; throw new Error('the test breaks the view'); }",
            )
            .await?;
        browser.press(".login-tools button").await?;
        browser.wait_for_text("#broken h1", title).await?;
        browser.press("#broken summary").await?;
        browser
            .wait_for_text("#broken pre", "the test breaks the view")
            .await?;
        browser
            .picture(&format!("admin-broken-{language}-{theme}-{width}"))
            .await?;
        let wide = browser
            .run("return document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
            .await?;
        ensure!(wide == false, "it scrolls sideways");
        browser.press_button(reload).await?;
        browser.find(".login-form").await?;
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_fails_on_whatever_goes_wrong_in_its_page() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    for (provoked, told) in [
        ("console.error('told')", "told"),
        (
            "setTimeout(() => { throw new Error('uncaught') })",
            "uncaught",
        ),
        ("Promise.reject(new Error('unhandled'))", "unhandled"),
        ("fetch('/api/v1/token/nothing/')", "404"),
    ] {
        let browser = Browser::chromium(800, 600).await?;
        browser.open(server.url()).await?;
        browser.find(".login-form").await?;
        browser.run(provoked).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Over a navigation, too.
        browser.open(&format!("{}/computers", server.url())).await?;
        let ended = browser.close().await;
        ensure!(
            ended
                .as_ref()
                .is_err_and(|error| format!("{error:#}").contains(told)),
            "{provoked} was not noticed: {ended:?}"
        );
    }
    let browser = Browser::chromium(800, 600).await?;
    browser.open(server.url()).await?;
    browser.run("console.error('forgotten')").await?;
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(browser)));
    ensure!(dropped.is_err(), "a browser that is not closed forgives");
    Ok(())
}
