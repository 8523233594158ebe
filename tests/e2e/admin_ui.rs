//! The administrator's part, in a real browser.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use migasfree_tests::browser::Browser;
use migasfree_tests::fleet::{Fleet, Options};
use migasfree_tests::organisation::{OFFICE, Organisation, PROJECTS};
use migasfree_tests::package::Package;
use migasfree_tests::server::{Server, Start};

pub async fn sign_in(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(server.url()).await?;
    browser.fill("input[name=username]", "admin").await?;
    browser
        .fill("input[name=password]", &server.password()?)
        .await?;
    browser.press(".login-button").await?;
    browser.find("nav").await?;
    Ok(())
}

/// Presses a place of the rail; its section is opened first where it is closed.
pub async fn go_to(browser: &Browser, href: &str) -> Result<()> {
    let link = format!(".shell > .rail .rail-link[href='{href}']");
    browser.find(&link).await?;
    let closed = format!(
        "return document.querySelector(\"{link}\").closest('.rail-pages[hidden]')?.id ?? null"
    );
    if let Some(section) = browser.run(&closed).await?.as_str() {
        browser
            .press(&format!(".rail-toggle[aria-controls='{section}']"))
            .await?;
    }
    browser.press(&link).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_publishes_and_offers_a_package_in_the_browser() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let browser = Browser::chromium(1360, 900).await?;
    // A wrong password, and a file that is no package.
    browser.expect("/rest-auth/login/");
    browser.expect("/api/v1/token/packages/");
    browser.open(server.url()).await?;
    browser.find(".login-form").await?;
    browser.picture("admin-login-light").await?;
    browser.fill("input[name=username]", "admin").await?;
    browser.fill("input[name=password]", "wrong").await?;
    browser.press(".login-button").await?;
    browser
        .find(".login-form .notice")
        .await
        .context("a wrong password is told")?;
    sign_in(&browser, &server).await?;
    let url = server.url();

    browser.open(&format!("{url}/platforms/new")).await?;
    browser.write("Name", "Linux").await?;
    create(&browser).await?;
    browser.open(&format!("{url}/projects/new")).await?;
    browser.write("Name", "front-desk").await?;
    browser.pick("Platform", "Linux").await?;
    browser.write("Architecture", "amd64").await?;
    create(&browser).await?;
    browser.open(&format!("{url}/stores/new")).await?;
    browser.write("Name", "main").await?;
    browser.pick("Project", "front-desk").await?;
    create(&browser).await?;

    upload(&browser, url, folder.path()).await?;

    browser.open(&format!("{url}/deployments/new")).await?;
    browser.write("Name", "Welcome").await?;
    browser.pick("Project", "front-desk").await?;
    browser.pick("Packages", "welcome-desk").await?;
    browser.pick("Included attributes", "All Systems").await?;
    browser.picture("admin-deployment-form-light").await?;
    create(&browser).await?;
    browser.open(&format!("{url}/deployments")).await?;
    browser.reads("Welcome").await?;
    browser
        .wait_for_text_within("main", "Published", Duration::from_secs(60))
        .await?;

    browser.open(&format!("{url}/audit")).await?;
    browser.reads("Welcome").await?;
    let release = format!("{url}/public/front-desk/repos/dists/welcome/InRelease");
    ensure!(
        reqwest::get(release).await?.status().is_success(),
        "not published"
    );
    browser.close().await
}

/// Sends the form and waits until the new object's page is there.
pub async fn create(browser: &Browser) -> Result<()> {
    browser
        .press("form button[type=submit], .form-actions button.btn-primary")
        .await?;
    let start = std::time::Instant::now();
    // What is shown once is closed before the page of the object comes.
    let done = "[...document.querySelectorAll('dialog[open] button')].find(one => one.textContent.trim() === 'Done')?.click()";
    loop {
        browser.run(done).await?;
        let path = browser.run("return location.pathname").await?;
        if !path.as_str().unwrap_or_default().ends_with("/new") {
            return Ok(());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "not created: {}",
            browser
                .run("return document.querySelector('main').innerText")
                .await?
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Opens the form of an object whose page is at this address.
pub async fn edit(browser: &Browser, page: &str) -> Result<()> {
    browser.open(&format!("{page}/edit")).await?;
    browser.find("form.form-grid [data-field]").await?;
    Ok(())
}

async fn upload(browser: &Browser, url: &str, folder: &Path) -> Result<()> {
    let package = Package::new("welcome-desk", "1.0").file("/usr/share/welcome/text", "welcome\n");
    let good = folder.join(package.file_name());
    std::fs::write(&good, package.build()?)?;
    let bad = folder.join("broken_1.0_all.deb");
    std::fs::write(&bad, b"this is no package")?;

    browser.open(&format!("{url}/packages")).await?;
    browser.press_button("Upload").await?;
    let input = browser.find("input[type=file]").await?;
    input
        .send_keys(&format!("{}\n{}", good.display(), bad.display()))
        .await?;
    browser.reads("welcome-desk_1.0_all.deb").await?;
    browser.press_button("Upload 2").await?;
    browser
        .find(".upload-list .progress, .upload-list li")
        .await?;
    browser
        .wait_for_text_within(
            ".upload-list",
            "broken_1.0_all.deb",
            Duration::from_secs(90),
        )
        .await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    browser.picture("admin-upload-light").await?;
    browser.open(&format!("{url}/packages")).await?;
    browser.reads("welcome-desk_1.0_all.deb").await?;
    let page = browser
        .run("return document.querySelector('main').innerText")
        .await?;
    ensure!(
        !page.to_string().contains("broken_1.0"),
        "a broken package was taken"
    );
    Ok(())
}

/// Pages, and a name for their pictures.
const PAGES: [(&str, &str); 13] = [
    ("", "overview"),
    ("computers", "computers"),
    ("packages", "packages"),
    ("deployments", "deployments"),
    ("deployments/1", "deployment"),
    ("applications", "applications"),
    ("applications/1", "application"),
    ("application-requests", "requests"),
    ("policies", "policies"),
    ("users", "users"),
    ("audit", "audit"),
    ("synchronizations", "synchronizations"),
    ("preferences", "preferences"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_an_organisation_in_light_dark_and_narrow() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    Organisation::create(&server.admin().await?, |_| {}).await?;
    let mut fleet = Fleet::new(&Options {
        url: server.url().to_owned(),
        projects: PROJECTS
            .iter()
            .map(|(name, share)| ((*name).to_owned(), *share))
            .collect(),
        computers: 40,
        packages: 120,
        seed: 1,
        concurrency: 4,
    });
    fleet.register().await?;
    fleet.synchronise().await?;
    fleet.ask_for_applications().await?;
    let computer = fleet.peers()[0].known_id()?;
    let tabs = [
        "",
        "/software",
        "/hardware",
        "/synchronizations",
        "/attributes",
        "/deployments",
    ];

    for (look, width, theme) in [
        ("light", 1360, "light"),
        ("dark", 1360, "dark"),
        ("narrow", 360, "light"),
    ] {
        let browser = Browser::chromium(width, 900).await?;
        sign_in(&browser, &server).await?;
        browser
            .run(&format!(
                "localStorage.setItem('migasfree.theme', '{theme}')"
            ))
            .await?;
        for (path, name) in PAGES {
            page(
                &browser,
                &format!("{}/{path}", server.url()),
                &format!("{name}-{look}"),
            )
            .await?;
        }
        for tab in tabs {
            let name = format!("computer{}-{look}", tab.replace('/', "-"));
            page(
                &browser,
                &format!("{}/computers/{computer}{tab}", server.url()),
                &name,
            )
            .await?;
            let days = "const days = [...document.querySelectorAll('.heat')];
                return days.length > 0 && days.at(-1).getBoundingClientRect().right > innerWidth";
            ensure!(
                browser.run(days).await? == false,
                "{name}: today is out of sight"
            );
        }
        browser.close().await?;
    }
    Ok(())
}

/// Opens a page, waits until nothing is loading any more, takes its picture, and checks that it does
/// not scroll sideways.
async fn page(browser: &Browser, url: &str, name: &str) -> Result<()> {
    browser.open(url).await?;
    browser.find("main").await?;
    let start = std::time::Instant::now();
    let loading = "return document.querySelector('.skeleton, [aria-busy=true]') !== null";
    while browser.run(loading).await? == true && start.elapsed() < Duration::from_secs(15) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    browser.picture(&format!("admin-{name}")).await?;
    let wide = browser
        .run("return document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        .await?;
    ensure!(wide == false, "{name} scrolls sideways");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_approves_what_somebody_asks_for() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Start::at(folder.path()).start()?;
    let admin = server.admin().await?;
    Organisation::create(&admin, |_| {}).await?;
    let mut fleet = Fleet::new(&Options::of_project(server.url(), OFFICE, 1));
    fleet.register().await?;
    fleet.synchronise().await?;
    fleet.ask_for_applications().await?;

    let browser = Browser::chromium(1360, 900).await?;
    sign_in(&browser, &server).await?;
    browser
        .open(&format!("{}/application-requests", server.url()))
        .await?;
    browser
        .wait_for_text("main table", "The certificates of the lab")
        .await?;
    browser.press_button("Review…").await?;
    browser
        .fill("dialog[open] textarea", "Until the end of the year")
        .await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    browser.picture("admin-request-decide-light").await?;
    browser.press_button("Approve").await?;
    browser.reads("Approved").await?;

    let requests = admin.get("application-requests/").await?;
    let request = &requests["results"][0];
    ensure!(request["state"] == "approved", "{request}");
    ensure!(
        request["comment"] == "Until the end of the year",
        "{request}"
    );
    browser.close().await
}
